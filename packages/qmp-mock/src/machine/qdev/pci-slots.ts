/** An occupant of a slot, for messages. */
interface Occupant {
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

  /** QEMU's refusal of a device beside function 0 of a slot, which the guest would not see. */
  occupied(slot: number, model: string): string {
    const first = this.#occupants.get(slot << 3);
    return `PCI: slot ${slot} function 0 already occupied by ${first?.type ?? ''}, new func ${model} cannot be exposed to guest.`;
  }
}
