// What is fuzzed: each target makes an input and throws where something does not hold for it.
import { isUtf8 } from 'node:buffer';
import { inspect, isDeepStrictEqual } from 'node:util';
import { QmpProtocolError, QmpStateError } from 'qmp-core';
import { formatAddress, parseAddress } from 'qmp-core/transport';
import { JsonFramer, parseJson, stringifyJson } from 'qmp-core/wire';
import { CassetteFormatError, importLog, parseCassette, printCassette } from 'qmp-mock';
import { CommandLineReader } from '../../packages/qmp-mock/dist/process/command-line/command-line.js';
import { readOptions } from '../../packages/qmp-mock/dist/process/command-line/option-names.js';
import { StartError } from '../../packages/qmp-mock/dist/process/command-line/start-error.js';
import { fromPlain } from '../../packages/qmp-mock/dist/engine/json/plain.js';
import { machineData } from '../../packages/qmp-mock/dist/machine/machine-data.js';
import { checkArguments } from '../../packages/qmp-mock/dist/engine/schema/check-arguments.js';
import { loadProfile, loadSchema } from '../../packages/qmp-mock/dist/version/load-profile.js';
import { damage, randomText, randomValue } from './mutate.mjs';

const VERSIONS = ['7.2', '10.0', '11.1'];

/** Throws where `condition` does not hold. */
function assert(condition, what) {
  if (!condition) throw new Error(what);
}

/** Runs it; an error of another class than the documented ones is a finding. */
function attempt(run, ...documented) {
  try {
    return run();
  } catch (error) {
    if (documented.some((type) => error instanceof type)) return undefined;
    throw error;
  }
}

/** Hands bytes to a framer in pieces; what came out, and the error where there was one. */
function frame(bytes, sizeOfPiece) {
  const framer = new JsonFramer({ maxDepth: 64, maxMessageSize: 4096 });
  const values = [];
  let error;
  const sink = (value) => values.push(value);
  try {
    for (let at = 0; at < bytes.length;) {
      const size = sizeOfPiece();
      framer.push(bytes.subarray(at, at + size), sink);
      at += size;
    }
    framer.look(sink);
  } catch (thrown) {
    if (!(thrown instanceof QmpProtocolError)) throw thrown;
    error = thrown;
  }
  assert(framer.pendingBytes <= bytes.length, 'it keeps more than it was given');
  return { values, failed: error !== undefined };
}

const MESSAGES = [
  '{"QMP": {"version": {"qemu": {"micro": 2, "minor": 7, "major": 1}, "package": ""}, "capabilities": ["oob"]}}\r\n',
  '{"return": {}, "id": 1}\r\n{"return": [], "id": "x"}\r\n',
  '{"timestamp": {"seconds": 1, "microseconds": 2}, "event": "STOP", "data": {"é": [18446744073709551615]}}\r\n',
  '{"error": {"class": "GenericError", "desc": "a } b \\" ] {"}, "id": {"a": [1, 2.5, null]}}',
  '{\r\n    "return": [\r\n        {"__proto__": 1}\r\n    ]\r\n}\r\n',
  '[[[[{"a": "\\u0000"}]]]]\n',
];

const CASSETTE = [
  '{"cassette":1,"qemu":"10.0","schema":"x","commandLine":["-S"]}',
  '{"shapes":{"stop":"0a"}}',
  '{"QMP":{"version":{"qemu":{"major":10,"minor":0,"micro":2},"package":""},"capabilities":["oob"]}}',
  '{"execute":"qmp_capabilities","id":1}',
  '{"return":{},"id":1}',
  '{"after":3,"event":"STOP","data":{}}',
  '{"execute":"eject","arguments":{"device":"cd0","size":18446744073709551615},"id":2}',
  '{"error":{"class":"GenericError","desc":"no"},"id":2}',
  '{"end":"client"}',
].join('\n');

const LOG = [
  '== vm: passed',
  '-- command line',
  "qemu-system-x86_64 -name 'a b' -qmp stdio",
  '-- messages',
  '  0.5 ms  #1 ← {"QMP":{"version":{"qemu":{"major":10,"minor":0,"micro":2},"package":""},"capabilities":[]}}',
  '  1.5 ms  #1 → {"execute":"qmp_capabilities","id":1}',
  '>>> {"execute":"stop"}',
  '<<< {"return":{},"id":1}',
  ' 12.0 ms ⚡ {"event":"STOP","timestamp":{"seconds":1,"microseconds":0}}',
].join('\n');

const ADDRESSES = [
  '/run/vm.sock',
  'unix:/run/vm.sock',
  'unix:relative',
  '127.0.0.1:4444',
  'tcp:127.0.0.1:4444',
  'tcp:[::1]:4444',
  ':0',
  'localhost:65535',
];

const ARGUMENTS = [
  'socket,id=qmp,path=/tmp/x,server=on,wait=off',
  'socket,id=c,host=127.0.0.1,port=0,server,nowait,telnet=on',
  'socket,id=f,fd=3',
  'chardev=qmp,mode=control,pretty=on',
  'unix:/tmp/x,server,nowait',
  'tcp:[::1]:4444,server=on,wait=off',
  'monitor-qmp,id=m,chardev=qmp,pretty=on,close-action=delete',
  '{"qom-type": "monitor-qmp", "id": "m", "chardev": "c", "pretty": true}',
  '{"qom-type": "memory-backend-ram", "id": "m", "size": 1048576, "x": {"toString": 1}}',
  'memory-backend-ram,id=r,size=16M,host-nodes=0',
  'guest=a,,b,debug-threads=on',
  'reboot=shutdown,panic=pause',
  'deprecated-input=reject,unstable-output=hide',
  '6ba7b810-9dad-11d1-80b4-00c04fd430c8',
  'q35,accel=tcg',
  '128M,slots=2,maxmem=1G',
  '2,sockets=1,cores=2',
  'stdio',
  'none',
  'mon:stdio',
  'tcp:127.0.0.1:4444',
  'defer',
];

/** Options that the reader looks into; the others are only recognised. */
const OPTIONS = Array.from(
  'chardev mon qmp qmp-pretty monitor serial parallel debugcon object incoming name uuid machine M m smp action watchdog-action compat pidfile D device drive S daemonize preconfig no-reboot no-shutdown global'.split(
    ' ',
  ),
);

/** Name of each target to what it does; `prepare` is called once and gives the check of one input. */
export const targets = {
  framing: {
    what: "the client's framing, in one piece, byte by byte and in random pieces, against JSON.parse",
    prepare: () => ({
      input: (random) => {
        let text = '';
        for (let count = random.below(3); count >= 0; count--) text += randomText(random, MESSAGES);
        const bytes = Buffer.from(text);
        if (bytes.length > 0 && random.chance(15)) bytes[random.below(bytes.length)] = random.below(256);
        return bytes;
      },
      show: (bytes) => JSON.stringify(bytes.toString('latin1')),
      check(bytes, random) {
        const whole = frame(bytes, () => Math.max(1, bytes.length));
        const single = frame(bytes, () => 1);
        const pieces = frame(bytes, () => 1 + random.below(random.chance(50) ? 3 : 40));
        assert(isDeepStrictEqual(whole, single), 'byte by byte, it gives something else');
        assert(isDeepStrictEqual(whole, pieces), 'in pieces, it gives something else');
        for (const value of whole.values) {
          assert(typeof value === 'object' && value !== null, 'a message is neither an object nor an array');
        }
        // The oracle: a text that JSON.parse takes, alone, is one message with that value.
        if (!isUtf8(bytes) || bytes.includes(0xef)) return;
        const text = bytes.toString();
        let expected;
        try {
          expected = JSON.parse(text);
        } catch {
          return;
        }
        if (typeof expected !== 'object' || expected === null) return;
        assert(!whole.failed, 'it refuses what JSON.parse takes');
        assert(whole.values.length === 1, 'what JSON.parse takes is not one message');
        assert(
          /\d{16}|\d[eE]/.test(text) || isDeepStrictEqual(whole.values[0], expected),
          'it gives another value than JSON.parse',
        );
      },
    }),
  },
  json: {
    what: "the client's exact JSON: accepts what JSON.parse accepts, and prints what it parses",
    prepare: () => ({
      input: (random) =>
        random.chance(50) ? randomText(random, MESSAGES) : stringifyJson(randomValue(random)),
      show: JSON.stringify,
      check(text) {
        const exact = attempt(() => ({ value: parseJson(text) }), SyntaxError);
        const plain = attempt(() => ({ value: JSON.parse(text) }), SyntaxError);
        assert((exact === undefined) === (plain === undefined), 'JSON.parse judges otherwise');
        // As with JSON.parse, a number beyond a double becomes Infinity, which has no text.
        if (exact === undefined || /[eE]\+?\d{3}/.test(text)) return;
        const printed = stringifyJson(exact.value);
        assert(stringifyJson(parseJson(printed)) === printed, 'what is printed is read as something else');
      },
    }),
  },
  address: {
    what: 'address parsing, texts and objects',
    prepare: () => ({
      input: (random) => {
        if (random.chance(75)) return randomText(random, ADDRESSES);
        const of = () =>
          random.pick([0, 1, 65_535, 65_536, -1, 0.5, NaN, 1n, '', 'x', null, undefined, {}, true]);
        return random.pick([
          () => ({ path: of() }),
          () => ({ host: of(), port: of() }),
          () => ({ fd: of() }),
          () => ({ port: of(), tls: of() }),
          () => randomValue(random),
          of,
        ])();
      },
      show: (input) => inspect(input),
      check(input) {
        const address = attempt(() => parseAddress(input), QmpStateError);
        if (address === undefined || address.kind === 'fd') return;
        const again = parseAddress(formatAddress(address));
        if (address.kind === 'unix') assert(again.path === address.path, 'its text stands for another path');
        else if (typeof input === 'string') {
          assert(
            again.host === address.host && again.port === address.port,
            'its text stands for another host',
          );
        }
      },
    }),
  },
  arguments: {
    what: "the check of every command's arguments, every version",
    prepare: () => {
      const schemas = VERSIONS.map((version) => loadSchema(version));
      const lists = schemas.map((schema) => [...schema.commands.keys()]);
      return {
        input: (random) => {
          const at = random.below(schemas.length);
          const command = random.chance(98) ? random.pick(lists[at]) : random.pick(['__proto__', 'nosuch']);
          return { at, command, args: randomArguments(random, schemas[at], command) };
        },
        show: ({ at, command, args }) => `${VERSIONS[at]} ${command} ${stringifyJson(args)}`,
        check({ at, command, args }, random) {
          const policy = random.chance(20) ? { deprecatedInput: 'reject', unstableInput: 'reject' } : {};
          const refusal = checkArguments(schemas[at], command, fromPlain(args), policy);
          assert(
            refusal === undefined || (typeof refusal === 'string' && refusal !== ''),
            'no text, no success',
          );
          assert({}.x === undefined && {}.polluted === undefined, 'a prototype was polluted');
        },
      };
    },
  },
  'command-line': {
    what: "fake-qemu's command line, in this process",
    prepare: () => {
      const data = VERSIONS.map((version) => machineData(loadProfile(version)));
      return {
        input: (random) => {
          const argv = [];
          for (let count = random.below(6); count >= 0; count--) {
            const option = random.chance(95) ? `-${random.pick(OPTIONS)}` : damage(random, '-chardev');
            argv.push(random.chance(20) ? `-${option}` : option);
            if (random.chance(90)) argv.push(randomText(random, ARGUMENTS));
          }
          return { at: random.below(VERSIONS.length), argv };
        },
        show: ({ at, argv }) => `${VERSIONS[at]} ${JSON.stringify(argv)}`,
        check({ at, argv }) {
          const { options } = readOptions(argv, data[at].options);
          const reader = new CommandLineReader(loadProfile(VERSIONS[at]), 'qemu');
          for (const option of options) {
            try {
              reader.take(option);
            } catch (error) {
              if (!(error instanceof StartError)) throw error;
              assert(error.format('qemu').startsWith('qemu: '), 'a refusal that does not name the program');
            }
          }
          for (const { value } of reader.finish().chardevs) attempt(() => value.spec(), StartError);
        },
      };
    },
  },
  cassette: {
    what: 'cassettes: a text is refused by its line, or printed and read back the same; and logs that are imported',
    prepare: () => ({
      input: (random) => {
        if (random.chance(20)) return { log: damage(random, LOG) };
        const lines = CASSETTE.split('\n');
        for (let count = random.below(3); count > 0; count--) {
          const at = random.below(lines.length);
          if (random.chance(40)) lines[at] = damage(random, lines[at]);
          else if (random.chance(50)) lines.splice(at, 1);
          else lines.splice(at, 0, random.pick(lines));
          if (lines.length === 0) break;
        }
        return { text: lines.join(random.chance(90) ? '\n' : '\r\n') };
      },
      show: JSON.stringify,
      check({ text, log }) {
        if (log !== undefined) return void attempt(() => importLog(log), RangeError);
        const cassette = attempt(() => parseCassette(text, 'x'), CassetteFormatError);
        if (cassette === undefined || /[eE]\+?\d{3}/.test(text)) return;
        const printed = printCassette(cassette);
        assert(
          printCassette(parseCassette(printed)) === printed,
          'what is printed is read as something else',
        );
      },
    }),
  },
};

/** Arguments that often have members of the command, of right and of wrong types. */
function randomArguments(random, schema, command) {
  const args = Object.create(null);
  const info = schema.commands.get(command);
  if (info !== undefined) {
    for (const member of schema.objectType(info.argType).members) {
      if (random.chance(60)) args[member.name] = valueOf(random, schema, member.type, 0);
    }
  }
  for (let more = random.below(3); more > 0; more--) {
    args[random.pick(['x', '__proto__', 'id', 'constructor', 'type'])] = randomValue(random);
  }
  return args;
}

/** A value of a type, one time in four of any. */
function valueOf(random, schema, name, depth) {
  if (depth > 6 || random.chance(25)) return randomValue(random, depth);
  const type = schema.type(name);
  switch (type['meta-type']) {
    case 'enum':
      return random.pick(type.values ?? type.members.map((member) => member.name));
    case 'array':
      return Array.from({ length: random.below(3) }, () =>
        valueOf(random, schema, type['element-type'], depth + 1),
      );
    case 'alternate':
      return valueOf(random, schema, random.pick(type.members).type, depth + 1);
    case 'object': {
      const value = Object.create(null);
      for (const member of type.members) {
        if (random.chance(70)) value[member.name] = valueOf(random, schema, member.type, depth + 1);
      }
      const variant = type.variants === undefined ? undefined : random.pick(type.variants);
      if (variant !== undefined) {
        value[type.tag] = variant.case;
        for (const member of schema.objectType(variant.type).members) {
          if (random.chance(70)) value[member.name] = valueOf(random, schema, member.type, depth + 1);
        }
      }
      return value;
    }
    default:
      return { string: 'x', boolean: true, int: 5, number: 0.5, null: null }[type['json-type']] ?? 0;
  }
}
