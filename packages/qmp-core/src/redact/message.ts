import type { JsonObject, JsonValue } from '../wire/json-value.ts';
import { redactArgv } from './command-line.ts';
import type { Hide } from './hide.ts';
import { asksForSecret, redactHmp } from './hmp.ts';
import { SECRET_ARGUMENTS } from './table.ts';
import { hideScalar, isSecretProperty, redactValue } from './value.ts';

/**
 * Takes the secrets out of a message of QMP or of the guest agent.
 *
 * @param request - The command that it answers, if known: `qom-get` returns the data of a secret bare.
 */
export function redactMessage(message: JsonObject, request: JsonObject | undefined, hide: Hide): JsonObject {
  const shown = redactValue(message, hide) as JsonObject;
  const command = own(message, 'execute') ?? own(message, 'exec-oob');
  const args = own(message, 'arguments');
  if (typeof command === 'string' && isObject(args)) {
    shown['arguments'] = redactArguments(command, args, hide);
  }
  if (request !== undefined && isSecretAnswer(request) && Object.hasOwn(message, 'return')) {
    shown['return'] = hideScalar(message['return']!, hide);
  }
  return shown;
}

/** The arguments of a command. */
function redactArguments(command: string, args: JsonObject, hide: Hide): JsonObject {
  const shown = redactValue(args, hide) as JsonObject;
  for (const name of SECRET_ARGUMENTS.get(command) ?? []) {
    if (Object.hasOwn(args, name)) shown[name] = hideScalar(args[name]!, hide);
  }
  const line = own(args, 'command-line');
  if (command === 'human-monitor-command' && typeof line === 'string') {
    shown['command-line'] = redactHmp(line, hide);
  }
  if (
    command === 'qom-set' &&
    isSecretProperty(text(own(args, 'property'))) &&
    Object.hasOwn(args, 'value')
  ) {
    shown['value'] = hideScalar(args['value']!, hide);
  }
  const words = own(args, 'arg');
  // `guest-exec` of the guest agent.
  if (Array.isArray(words) && words.every((word) => typeof word === 'string')) {
    shown['arg'] = redactArgv(words, hide);
  }
  return shown;
}

/** Whether the returned value is itself a secret. */
function isSecretAnswer(request: JsonObject): boolean {
  const args = own(request, 'arguments');
  if (!isObject(args)) return false;
  if (own(request, 'execute') === 'qom-get') return isSecretProperty(text(own(args, 'property')));
  return (
    own(request, 'execute') === 'human-monitor-command' && asksForSecret(text(own(args, 'command-line')))
  );
}

function own(members: JsonObject, name: string): JsonValue | undefined {
  return Object.hasOwn(members, name) ? members[name] : undefined;
}

function text(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : '';
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
