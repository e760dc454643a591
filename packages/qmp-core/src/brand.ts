/** Kinds of objects that are known by a brand. */
export type Brand = 'client' | 'mock';

const keyOf = (brand: Brand): symbol => Symbol.for(`qmp-test.${brand}`);

/**
 * Brands the instances of a class: they're known by that to a module that doesn't load the class, or that
 * was given an instance of another copy of it.
 *
 * @param type - The class.
 * @param brand - Kind of its instances.
 * @example
 * static { setBrand(this, 'client') }
 */
export function setBrand(type: { readonly prototype: object }, brand: Brand): void {
  Object.defineProperty(type.prototype, keyOf(brand), { value: true });
}

/**
 * Whether a value is an instance of a class with this brand, or of a subclass.
 *
 * @param value - Anything.
 * @param brand - Kind that is asked for.
 * @example
 * hasBrand(client, 'client') // true
 */
export function hasBrand(value: unknown, brand: Brand): boolean {
  return typeof value === 'object' && value !== null && keyOf(brand) in value;
}
