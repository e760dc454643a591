import { describe, expect, test } from 'vitest';
import { QDict } from '../../engine/json/value.ts';
import { doubtsAfter } from './doubt.ts';

const line = (text: string): QDict => new QDict([['command-line', text]]);

describe('a command that was not modelled', () => {
  test.each([
    ['device_add', new QDict([['id', 'x']]), ['devices', 'memory', 'cpus']],
    ['migrate', new QDict([['uri', 'tcp:a:1']]), ['run state', 'migration']],
    ['human-monitor-command', line('drive_add 0 if=none,id=x'), ['nodes', 'drives']],
    ['human-monitor-command', line('loadvm x'), ['run state', 'migration']],
    // A client that saves a stopped machine lets it continue afterwards.
    ['human-monitor-command', line('savevm x'), ['nodes', 'migration']],
    ['query-pci', new QDict(), []],
  ])('%s %#', (command, args, subjects) => {
    expect(doubtsAfter(command, args).subjects).toEqual(subjects);
  });

  test('may have made what it names', () => {
    const { words, names } = doubtsAfter(
      'device_add',
      new QDict([
        ['driver', 'd'],
        ['id', 'x'],
      ]),
    );
    expect({ words, names }).toEqual({ words: ['d', 'x'], names: ['x'] });
  });
});
