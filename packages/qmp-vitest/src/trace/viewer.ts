/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
import type { TraceData, TraceMessage } from './data.ts';
import type { TraceMoment, TracePicture } from './moments.ts';

/**
 * Shows a trace. It runs in the page, which has its source text: so it uses nothing from outside of itself.
 *
 * @param data - The trace.
 */
export function view(data: TraceData): void {
  const ARROWS = { command: '→', reply: '←', error: '✗', event: '⚡', greeting: '←', note: '·', other: '?' };
  interface Item {
    readonly message: TraceMessage;
    readonly machine: number;
    readonly row: HTMLElement;
    /** Time in ms, made up between its neighbours if it isn't known. */
    readonly at: number;
    mark?: HTMLElement;
  }

  const element = (tag: string, className: string, text?: string): HTMLElement => {
    const made = document.createElement(tag);
    made.className = className;
    if (text !== undefined) made.textContent = text;
    return made;
  };
  const place = (id: string): HTMLElement => document.querySelector<HTMLElement>(`#${id}`)!;
  const milliseconds = (ms: number): string =>
    ms >= 10_000 ? `${(ms / 1000).toFixed(1)} s` : `${ms.toFixed(ms < 10 ? 2 : 1)} ms`;

  const isTimed = data.machines.some(({ messages }) => messages.some(({ at }) => at !== null));
  const items: Item[] = data.machines
    .flatMap(({ messages }, machine) =>
      messages.map((message, index) => ({
        message,
        machine,
        index,
        at: message.at ?? (isTimed ? 0 : index),
      })),
    )
    .toSorted((a, b) => a.at - b.at)
    .map(({ message, machine, at }) => ({
      message,
      machine,
      at,
      row: element('div', `row ${message.kind}`),
    }));
  const partnerOf = ({ message, machine }: Item): Item | undefined => {
    const partner = message.partner === null ? undefined : data.machines[machine]?.messages[message.partner];
    return partner === undefined ? undefined : items.find((item) => item.message === partner);
  };

  const shown = new Set(['commands', 'replies', 'errors', 'events', 'notes']);
  const groupOf = ({ kind }: TraceMessage): string =>
    ({ command: 'commands', reply: 'replies', error: 'errors', event: 'events' })[kind as string] ?? 'notes';
  let chosen: Item | undefined;

  function isShown({ message }: Item): boolean {
    const words = (place('search') as HTMLInputElement).value.toLowerCase().split(/\s+/).filter(Boolean);
    const text = `${message.line} ${message.text}`.toLowerCase();
    return shown.has(groupOf(message)) && words.every((word) => text.includes(word));
  }

  function filter(): void {
    let count = 0;
    for (const item of items) {
      const visible = isShown(item);
      item.row.hidden = !visible;
      item.row.style.display = visible ? '' : 'none';
      item.mark?.classList.toggle('hidden', !visible);
      if (visible) count += 1;
    }
    place('none').hidden = count > 0;
    place('count').textContent = `${count} of ${items.length}`;
  }

  function choose(item: Item | undefined): void {
    for (const row of [chosen?.row, item?.row]) row?.setAttribute('aria-selected', String(row === item?.row));
    chosen?.mark?.classList.remove('chosen');
    item?.mark?.classList.add('chosen');
    chosen = item;
    const detail = place('detail');
    detail.replaceChildren();
    if (item === undefined) return;
    item.row.scrollIntoView({ block: 'nearest' });
    const add = (title: string, text: string): void => {
      const section = element('section', '');
      section.append(element('h2', '', title), element('pre', '', text));
      detail.append(section);
    };
    const { message } = item;
    const partner = partnerOf(item);
    add(`${message.kind} ${message.name}`.trim(), message.text);
    if (partner === undefined) {
      if (message.kind === 'command') add('reply', 'It never came.');
    } else add(message.kind === 'command' ? 'its reply' : 'its command', partner.message.text);
    moment(item, partner, detail);
  }

  /** Shows what the machine had before a step and after it. */
  function moment(item: Item, partner: Item | undefined, detail: HTMLElement): void {
    const machine = data.machines[item.machine];
    const { message } = item;
    const [first, last] =
      message.kind === 'command' ? [message, partner?.message ?? message] : [partner?.message, message];
    const index = first === undefined ? (machine?.messages.indexOf(message) ?? 0) - 1 : -1;
    const before = machine?.moments[(first ?? machine.messages[index])?.moment ?? -1];
    const after = machine?.moments[last.moment ?? -1];
    if (machine === undefined || after === undefined) return;
    const section = element('section', 'moment');
    const state =
      before !== undefined && before.state !== after.state ? `${before.state} → ${after.state}` : after.state;
    section.append(element('h2', '', `the machine then: ${state}`));
    changes('devices', before?.devices ?? after.devices, after.devices, section);
    changes('drives', before?.drives ?? after.drives, after.drives, section);
    const picture = after.screen === null ? undefined : machine.pictures[after.screen];
    if (picture !== undefined) section.append(screen(picture));
    detail.append(section);
  }

  /** Lists things as they are, with those that came and those that went. */
  function changes(
    title: string,
    before: TraceMoment['devices'],
    after: TraceMoment['devices'],
    section: HTMLElement,
  ): void {
    if (before.length + after.length === 0) return;
    const lines = element('ul', title);
    const has = (all: TraceMoment['devices'], [name, text]: readonly [string, string]): boolean =>
      all.some((other) => other[0] === name && other[1] === text);
    const show = ([name, text]: readonly [string, string], className: string): void => {
      const line = element('li', className);
      line.append(element('b', '', name), ` ${text}`);
      lines.append(line);
    };
    for (const thing of before) if (!has(after, thing)) show(thing, 'gone');
    for (const thing of after) show(thing, has(before, thing) ? '' : 'new');
    section.append(element('h2', '', title), lines);
  }

  /** Draws a picture, as soon as it is inflated. */
  function screen({ width, height, data: text }: TracePicture): HTMLElement {
    const canvas = element('canvas', 'screen') as HTMLCanvasElement;
    canvas.width = width;
    canvas.height = height;
    canvas.setAttribute('aria-label', 'screen of the machine');
    const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
    const inflated = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
    const draw = async (): Promise<void> => {
      const rgb = new Uint8Array(await new Response(inflated).arrayBuffer());
      const image = new ImageData(width, height);
      for (let pixel = 0; pixel < width * height; pixel++) {
        image.data.set(rgb.subarray(pixel * 3, pixel * 3 + 3), pixel * 4);
        image.data[pixel * 4 + 3] = 255;
      }
      canvas.getContext('2d')?.putImageData(image, 0, 0);
    };
    void draw();
    return canvas;
  }

  function step(by: number): void {
    const visible = items.filter((item) => isShown(item));
    const at = chosen === undefined ? (by > 0 ? -1 : visible.length) : visible.indexOf(chosen);
    choose(visible[Math.min(visible.length - 1, Math.max(0, at + by))]);
  }

  function head(): void {
    const title = place('title');
    document.documentElement.classList.add(data.state);
    title.append(element('span', 'state', data.state));
    for (const suite of data.names.slice(0, -1)) title.append(element('span', 'suite', `${suite} › `));
    title.append(data.names.at(-1) ?? '');
    const attempt = data.attempt > 0 ? `, attempt ${data.attempt + 1}` : '';
    const took = data.duration === null ? '' : `, ${milliseconds(data.duration)}`;
    place('sub').textContent = `${data.file}${attempt}${took}`;
    for (const error of data.errors) place('errors').append(element('pre', '', error));
  }

  function list(): void {
    for (const item of items) {
      const { message, machine, row } = item;
      const partner = partnerOf(item);
      const line = element('span', 'line');
      if (data.machines.length > 1) line.append(element('span', 'chip', data.machines[machine]?.name));
      line.append(message.line);
      const took =
        message.kind === 'command' ||
        partner === undefined ||
        message.at === null ||
        partner.message.at === null
          ? ''
          : `+${milliseconds(message.at - partner.message.at)}`;
      row.append(
        element('span', 'at', message.at === null ? '' : milliseconds(message.at)),
        element('span', 'arrow', ARROWS[message.kind]),
        line,
        element('span', 'took', took),
      );
      row.setAttribute('role', 'option');
      row.addEventListener('click', () => choose(item));
      place('list').append(row);
    }
  }

  function timeLine(): void {
    const end = Math.max(1, ...items.map(({ at }) => at)) * 1.02;
    const percent = (at: number): string => `${(at / end) * 100}%`;
    data.machines.forEach(({ name, messages }, machine) => {
      if (messages.length === 0) return;
      const lane = element('div', 'lane');
      lane.append(element('div', 'name', name));
      /** When each level of the lane is free again. */
      const levels: number[] = [];
      for (const item of items) {
        const { kind } = item.message;
        if (item.machine !== machine || (kind !== 'command' && kind !== 'event')) continue;
        const reply = partnerOf(item);
        const until = kind === 'event' ? item.at : (reply?.at ?? end);
        const free = levels.findIndex((time) => time <= item.at);
        const level = free < 0 ? levels.length : free;
        levels[level] = Math.max(until, item.at + end * 0.012);
        const state = reply === undefined ? 'waiting' : reply.message.kind;
        const mark = element('button', `mark ${kind === 'event' ? 'event' : state}`);
        mark.style.left = percent(item.at);
        mark.style.top = `${18 + level * 15}px`;
        if (kind === 'command') mark.style.width = percent(until - item.at);
        mark.title = item.message.line.slice(0, 300);
        mark.setAttribute('aria-label', mark.title);
        mark.addEventListener('click', () => choose(item));
        item.mark = mark;
        if (reply !== undefined) reply.mark = mark;
        lane.append(mark);
      }
      lane.style.height = `${22 + levels.length * 15}px`;
      place('time').append(lane);
    });
    if (!isTimed) return;
    const axis = element('div', 'axis');
    for (let tick = 0; tick <= 4; tick++) {
      const label = element('span', '', milliseconds((end * tick) / 4));
      label.style.left = percent((end * tick) / 4);
      axis.append(label);
    }
    place('time').append(axis);
  }

  function facts(): void {
    for (const machine of data.machines) {
      const section = element('section', '');
      section.append(element('h2', '', `${machine.name}: ${machine.what}`));
      for (const { title, text } of machine.facts) {
        const heading = element('h2', '', title);
        if (title === 'command line' || title === 'to try it by hand') {
          const copy = element('button', '', 'copy');
          copy.addEventListener('click', () => void navigator.clipboard.writeText(text));
          heading.append(' ', copy);
        }
        section.append(heading, element('pre', '', text));
      }
      place('facts').append(section);
    }
  }

  function controls(): void {
    for (const group of shown) {
      const button = element('button', '', group);
      button.setAttribute('aria-pressed', 'true');
      button.addEventListener('click', () => {
        if (!shown.delete(group)) shown.add(group);
        button.setAttribute('aria-pressed', String(shown.has(group)));
        filter();
      });
      place('groups').append(button);
    }
    place('search').addEventListener('input', filter);
    place('theme').addEventListener('click', () => {
      const root = document.documentElement;
      const isDark =
        root.dataset['theme'] === undefined
          ? matchMedia('(prefers-color-scheme: dark)').matches
          : root.dataset['theme'] === 'dark';
      root.dataset['theme'] = isDark ? 'light' : 'dark';
    });
    document.addEventListener('keydown', (event) => {
      const isTyping = event.target instanceof HTMLInputElement;
      if (event.key === 'Escape') (document.activeElement as HTMLElement | null)?.blur();
      if (isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
      const action = {
        ArrowDown: () => step(1),
        j: () => step(1),
        ArrowUp: () => step(-1),
        k: () => step(-1),
        e: () => choose(items.find(({ message }) => message.kind === 'error') ?? chosen),
        '/': () => place('search').focus(),
      }[event.key];
      if (action === undefined) return;
      event.preventDefault();
      action();
    });
  }

  head();
  list();
  timeLine();
  facts();
  controls();
  filter();
  choose(
    items.findLast(({ message }) => message.kind === 'error') ??
      items.findLast(({ message }) => message.kind === 'command' && message.partner === null) ??
      items.at(-1),
  );
}
