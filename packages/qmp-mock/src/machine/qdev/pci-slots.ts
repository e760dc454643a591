/** An occupant of a slot, for messages. */
interface Occupant {
  readonly properties: ReadonlyMap<string, unknown>;
  readonly type: string;
  readonly id: string | undefined;
}

/** Slots of a PCI bus. */
const SLOTS = 32;
const FUNCTIONS = 8;

/** Occupants of the slots and functions of a PCI bus (`do_pci_register_device` in `hw/pci/pci.c`). */
export class PciSlots {
  readonly #occupants = new Map<number, Occupant>();

  /** The occupant of a slot and function. */
  at(devfn: number): Occupant | undefined {
    return this.#occupants.get(devfn);
  }

  take(devfn: number, occupant: Occupant): void {
    this.#occupants.set(devfn, occupant);
  }

  free(devfn: number): void {
    this.#occupants.delete(devfn);
  }

  /**
   * The first slot that is free altogether, as slot and function in one number.
   *
   * @param slots - How many slots may be used: 1 behind a port.
   */
  firstFree(slots: number = SLOTS): number | undefined {
    for (let devfn = 0; devfn < slots * FUNCTIONS; devfn += FUNCTIONS) {
      if (!this.#occupants.has(devfn)) return devfn;
    }
    return undefined;
  }

  /**
   * QEMU's refusal of a place, or `undefined` if a device may go there.
   *
   * @param devfn - Slot and function.
   * @param model - The device that wants to.
   * @param hot - Whether the guest runs already: then it has looked at function 0, and would not see another.
   */
  refusal(devfn: number, model: string, hot: boolean): string | undefined {
    const slot = devfn >> 3;
    const there = this.#occupants.get(devfn);
    if (there !== undefined) {
      return `PCI: slot ${slot} function ${devfn & 7} not available for ${model}, in use by ${there.type},id=${there.id ?? '(null)'}`;
    }
    const first = this.#occupants.get(slot << 3);
    if (hot && first !== undefined) return this.occupied(slot, model);
    return undefined;
  }

  /**
   * QEMU's refusal of a device that shares a slot although function 0 is the only one there, by its own word
   * (`pci_init_multifunction`).
   *
   * @param devfn - Slot and function.
   * @param isMulti - Whether the device is one of several functions.
   */
  singleRefusal(devfn: number, isMulti: boolean): string | undefined {
    const slot = devfn >> 3;
    const first = this.#occupants.get(slot << 3);
    const hex = slot.toString(16);
    if ((devfn & 7) !== 0) {
      if (first === undefined || this.#isMulti(slot, first)) return undefined;
      return `PCI: single function device can't be populated in function ${hex}.${devfn & 7}`;
    }
    if (isMulti) return undefined;
    for (let part = 1; part < FUNCTIONS; part += 1) {
      if (this.#occupants.has((slot << 3) | part))
        return `PCI: ${hex}.0 indicates single function, but ${hex}.${part} is already populated.`;
    }
    return undefined;
  }

  /** Whether there may be others beside function 0; a device of the board has its others already. */
  #isMulti(slot: number, { properties }: Occupant): boolean {
    if (properties.size > 0) {
      const given = properties.get('multifunction');
      return given === true || /^(on|yes|true|y)$/.test(String(given));
    }
    for (let part = 1; part < FUNCTIONS; part += 1) if (this.#occupants.has((slot << 3) | part)) return true;
    return false;
  }

  /** QEMU's refusal of a device beside function 0 of a slot, which the guest would not see. */
  occupied(slot: number, model: string): string {
    const first = this.#occupants.get(slot << 3);
    return `PCI: slot ${slot} function 0 already occupied by ${first?.type ?? ''}, new func ${model} cannot be exposed to guest.`;
  }
}
