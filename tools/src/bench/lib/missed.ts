/** Why a goal is missed, and what could be tried next: no miss stands in the results without it. */

interface Reason {
  readonly rows: RegExp;
  readonly why: string;
  readonly next: string;
}

/** The first entry whose pattern is in the row's text is the row's. */
const reasons: readonly Reason[] = [
  {
    rows: /^\| (QEMU [\d.]+: )?(round trip|500 commands at once).*behind/,
    why:
      'Those ahead send no id: 5 to 9 bytes fewer, of which real QEMU reads each by itself (about 4 µs). An id is what lets a late or a ' +
      'doubled reply be told from the answer to the next command, commands overlap, and out-of-band commands overtake; a client that leaves ' +
      'it out gives the wrong answer to somebody after a timeout.',
    next: 'Ids of one digit, used again, as long as no call of the connection was ever given up.',
  },
  {
    rows: /^\| (QEMU [\d.]+: )?round trip/,
    why:
      'Two processes wake each other for each command, so a few µs of JavaScript show: checks of the reply’s shape, of 64-bit integers, of limits, ' +
      'and the promise that the caller gets.',
    next: 'Decode replies to a lone command without looking for further messages in the chunk.',
  },
  {
    rows: /^\| 100 000 events/,
    why: 'Each event is kept (history, for waits that look back) and handed to an async iterator, a promise each; the others call a function and forget.',
    next: 'A reader that takes the events of a chunk as one array.',
  },
  {
    rows: /^\| (QEMU [\d.]+: )?(query-qmp-schema|100 KB reply|5 MB reply)/,
    why: 'The same bytes are read and parsed by the same `JSON.parse`; what differs is within the spread of the rounds.',
    next: 'None: watch it.',
  },
  {
    rows: /^\| (sequential|pipelined), µs a command/,
    why:
      'The mock parses QEMU’s own dialect, checks arguments against the schema, and keeps a journal of all that passes (10 000 entries), which is mostly work ' +
      'for the garbage collector.',
    next: 'Journal entries as bytes in one large buffer, read when somebody looks.',
  },
  {
    rows: /^\| (MockQmp [\d.]+|fake-qemu) +\|.*slower than/,
    why: 'Bare Node alone takes longer to reach a socket than QEMU takes in all: no program in Node can be faster than QEMU here.',
    next: 'A start-up snapshot (`node --build-snapshot`) where Node may be given a flag, or a resident process that small native starters hand their sockets to.',
  },
  {
    rows: /^\| v\d+\.\d+\.\d+, QEMU .*≤ 1.9×/,
    why:
      'Before Node runs a line it has taken as long as QEMU takes in all, and its `net` takes a part more; what is left is reading the compiled code, and the recorded ' +
      'devices and queries of the version.',
    next: 'Read devices and queries when a command asks for them.',
  },
  {
    rows: /^\| v\d+\.\d+\.\d+ +\|.*(≤ 2×|≤ 1.6×|CPU ≤ 1.35×)/,
    why: 'A part of it are the modules themselves (client, mock), which each isolated file compiles anew: Vitest ends its workers by a signal, so that Node keeps no compile cache of theirs.',
    next: 'A file of the mock without cassettes and proxies, for the fixtures alone.',
  },
  {
    rows: /^\| (\d+|each after the \d+th) +\|.*< 1 ms/,
    why:
      'What the mock and the client take by themselves is in “Start to first greeting”; the rest is Vitest’s handling of fixtures, the kernel’s sockets ' +
      '(made, bound, connected, removed) and, in the first tests, code that is not compiled yet.',
    next: 'One listening socket for all the tests of a file; fewer fixtures behind the two.',
  },
  {
    rows: /^\| QEMU [\d.]+ +\|.*≤ 1.1×/,
    why: 'A directory of its own, a guard over the process, and the negotiation, which a bare spawn to the greeting does not do.',
    next: 'Prepare the directory and the socket of the next machine while this one runs.',
  },
  {
    rows: /^\| client: commands at once/,
    why:
      'The figure is near the line, and on either side of it from run to run. Not profiled: with 5 000 commands unanswered at once their promises probably outlive the ' +
      'young generation of the heap.',
    next: 'One object for an unanswered command instead of three.',
  },
  {
    rows: /^\| client: size of a reply/,
    why:
      'A reply within one read of the socket (64 KB) is parsed where it lies; a longer one comes in many reads and is put together first. From 500 KB on ' +
      'it is flat, and a 5 MB reply costs the hand-written minimum as much (above).',
    next: 'None: it is a step of the heap and the kernel, not a slope.',
  },
];

/** The section on the missed goals of a report in Markdown; empty if all are met. */
export function missedSection(report: string): string {
  const missed = report.split('\n').filter((line) => line.startsWith('| ') && line.includes('**no**'));
  if (missed.length === 0) return '';
  const groups = new Map<Reason | undefined, string[]>();
  for (const line of missed) {
    const reason = reasons.find(({ rows }) => rows.test(line));
    const [, title = ''] = line.split('|');
    groups.set(reason, [...(groups.get(reason) ?? []), title.trim()]);
  }
  const lines = [...groups].map(([reason, titles]) => {
    const { why, next } = reason ?? { why: 'not looked into yet.', next: 'look into it.' };
    return `- **${[...new Set(titles)].join('; ')}**: ${why} Next idea: ${next}`;
  });
  return ['## Goals that were missed', '', ...lines, ''].join('\n');
}
