import type { QDict, QValue } from '../../engine/json/value.ts';
import type { QomMount } from './mount.ts';
import { textProperty, type PropertyView } from './property.ts';

/** An object that a user made. */
export interface UserObject {
  readonly type: string;
  /** Its given properties. */
  readonly properties: ReadonlyMap<string, QValue>;
}

/** Objects of `-object` and `object-add`, by their id. */
export class UserObjects {
  readonly #objects = new Map<string, UserObject>();
  /** Ids that were taken away. */
  readonly #gone = new Set<string>();

  /** Makes one. The caller has seen to it that the id is free. */
  add(id: string, type: string, properties: QDict): void {
    this.#objects.set(id, { type, properties: new Map(properties) });
  }

  /** Takes one away; tells whether there was one. */
  remove(id: string): boolean {
    const was = this.#objects.delete(id);
    if (was) this.#gone.add(id);
    return was;
  }

  /** Whether there was one of that id that was taken away. */
  hasGone(id: string): boolean {
    return this.#gone.has(id);
  }

  /** The type of one, or `undefined` if it isn't there. */
  typeOf(id: string): string | undefined {
    return this.#objects.get(id)?.type;
  }

  /** Whether there is one of that id. */
  has(id: string): boolean {
    return this.#objects.has(id);
  }

  /** A property that one was given. */
  given(id: string, property: string): QValue | undefined {
    return this.#objects.get(id)?.properties.get(property);
  }

  /** Those of a type, oldest first. */
  ofType(type: string): readonly { readonly id: string; readonly properties: UserObject['properties'] }[] {
    return [...this.#objects]
      .filter(([, object]) => object.type === type)
      .map(([id, { properties }]) => ({ id, properties }));
  }

  /** Their place in the tree. */
  get mount(): QomMount {
    return {
      path: '/objects',
      children: () => [...this.#objects].map(([name, { type }]) => ({ name, type })),
      typeOf: (id) => this.#objects.get(id)?.type,
      properties: (id) => {
        const object = this.#objects.get(id);
        return object === undefined ? undefined : propertiesOf(object);
      },
    };
  }
}

function* propertiesOf({ type, properties }: UserObject): Iterable<[string, PropertyView]> {
  yield ['type', textProperty(type)];
  for (const [name, value] of properties) yield [name, { type: typeName(value), value, writable: true }];
}

function typeName(value: QValue): string {
  if (typeof value === 'boolean') return 'bool';
  return typeof value === 'number' || typeof value === 'bigint' ? 'int' : 'string';
}
