/**
 * Lines of TypeScript, laid out as the project's formatter does, so that generated files need no second pass.
 */

const WIDTH = 110;
const IDENTIFIER = /^[A-Za-z_$][\w$]*$/;

/** A string literal in single quotes. */
export function literal(value: string): string {
  return `'${value.replaceAll('\\', String.raw`\\`).replaceAll("'", String.raw`\'`)}'`;
}

/** A property name, quoted only if necessary. */
export function propertyName(name: string): string {
  return IDENTIFIER.test(name) ? name : literal(name);
}

/** `export type NAME = A | B`, with one alternative per line if they don't fit on one. */
export function typeAlias(name: string, alternatives: readonly string[]): string {
  const line = `export type ${name} = ${alternatives.join(' | ')};`;
  if (line.length <= WIDTH) return line;
  return `export type ${name} =\n${alternatives.map((alternative) => `  | ${alternative}`).join('\n')};`;
}

/** `NAME: TYPE;` as a member of an interface, with its comment. */
export function property(
  name: string,
  type: readonly string[],
  options: { optional?: boolean | undefined; comment?: string | undefined } = {},
): string {
  const comment = options.comment === undefined ? '' : `  /** ${options.comment} */\n`;
  const head = `  ${propertyName(name)}${options.optional === true ? '?' : ''}:`;
  const line = `${head} ${type.join(' | ')};`;
  if (line.length <= WIDTH || type.length === 1) return `${comment}${line}`;
  return `${comment}${head}\n${type.map((alternative) => `    | ${alternative}`).join('\n')};`;
}

/** `NAME: { … };` as a member of an interface, on several lines if it doesn't fit on one. */
export function objectProperty(
  name: string,
  members: readonly string[],
  comment: string | undefined,
): string {
  const said = comment === undefined ? '' : `  /** ${comment} */\n`;
  const head = `  ${propertyName(name)}:`;
  const line = `${head} { ${members.join('; ')} };`;
  if (line.length <= WIDTH) return `${said}${line}`;
  return `${said}${head} {\n${members.map((member) => `    ${member};\n`).join('')}  };`;
}

/** `export interface NAME extends BASE { … }`. */
export function interfaceType(name: string, properties: readonly string[], base?: string): string {
  const head = `export interface ${name}${base === undefined ? '' : ` extends ${base}`}`;
  return properties.length === 0 ? `${head} {}` : `${head} {\n${properties.join('\n')}\n}`;
}

/** A block comment of these lines. */
export function docComment(lines: readonly string[]): string {
  if (lines.length === 1) return `/** ${lines[0] ?? ''} */`;
  return `/**\n${lines.map((line) => (line === '' ? ' *' : ` * ${line}`)).join('\n')}\n */`;
}
