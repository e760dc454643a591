/** Prints a size with three digits and a unit, as `qemu-img info` does. */
export function humanSize(size: number): string {
  // Sizes above 999 of a unit use the next unit, so that three digits are enough.
  let power = 0;
  while (power < 6 && size / 1024 ** power > 999.999_999) power += 1;
  const unit = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'][power] ?? '';
  return `${threeDigits(size / 1024 ** power)} ${unit}B`;
}

/** Rounds to three digits as the C library does: half of a digit goes to the even one. */
function threeDigits(value: number): string {
  const rounded = value.toPrecision(3);
  const [, digits = '', rest = ''] =
    /^(\d\d\d)(\d*)$/.exec(value.toPrecision(21).replace('.', '').replace(/^0+/, '')) ?? [];
  const tie = /^50*$/.test(rest) && Number(digits) % 2 === 0;
  if (!tie) return String(Number(rounded));
  const unit = 10 ** (Math.floor(Math.log10(value)) - 2);
  return String(Number((Number(digits) * unit).toPrecision(3)));
}
