import { expect, test } from 'vitest';
import { QmpClient } from './client.ts';
import { hasBrand, setBrand } from './brand.ts';

class Branded {
  static {
    setBrand(this, 'mock');
  }
}

class Derived extends Branded {}

test.each([
  ['an instance', new Branded(), true],
  ['an instance of a subclass', new Derived(), true],
  ['the class itself', Branded, false],
  ['something else', {}, false],
  ['text', 'mock', false],
  ['null', null, false],
])('%s', (_name, value, known) => {
  expect(hasBrand(value, 'mock')).toBe(known);
  expect(hasBrand(value, 'client')).toBe(false);
});

test('an instance shows nothing of it', () => {
  expect(Object.keys(new Branded())).toEqual([]);
  expect(new Branded()).toEqual({});
});

test('clients have it', () => {
  expect(hasBrand(QmpClient.prototype, 'client')).toBe(true);
});
