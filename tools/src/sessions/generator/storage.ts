import type { Dice } from './dice.ts';
import type { Unit } from './options.ts';
import type { World } from './world.ts';

/** Ways of reading an image, as `-blockdev` says them: format driver, file, what else. */
function imageOf(dice: Dice, world: World): { format: string; file: string } {
  const file = world.take(dice, world.freeImages) ?? 'd0.qcow2';
  const format = file.endsWith('.qcow2') ? 'qcow2' : 'raw';
  if (dice.percent(1.5)) return { format: dice.pick(['raw', 'qcow2', 'vmdk', 'nosuch', 'qed']), file };
  if (dice.percent(1.2))
    return {
      format,
      file: dice.pick([
        'nosuch.qcow2',
        '/nonexistent/x.img',
        'notes.txt',
        'folder',
        'lost.qcow2',
        'v.vmdk',
        'empty.img',
      ]),
    };
  return { format, file };
}

const DRIVE_EXTRAS = [
  'cache=none',
  'cache=writeback',
  'cache=unsafe',
  'aio=threads',
  'discard=unmap',
  'detect-zeroes=on',
  'snapshot=on',
  'readonly=on',
  'werror=stop',
  'rerror=report',
  'iops=100',
  'bps=1000000',
  'copy-on-read=on',
  'bps_rd=65536,iops_wr=50',
];
const BAD_DRIVE_EXTRAS = [
  'nosuch=1',
  'cache=nosuch',
  'aio=nosuch',
  'if=nosuch',
  'media=nosuch',
  'serial=abc',
  'iops=-1',
  'readonly=maybe',
  'discard=nosuch',
  'bps=1,bps_rd=1',
  'index=99',
  'werror=nosuch',
];

function driveText(dice: Dice, world: World, parts: readonly string[]): string {
  const { format, file } = imageOf(dice, world);
  const extras = dice.percent(35) ? [dice.pick(DRIVE_EXTRAS)] : [];
  if (dice.percent(1)) extras.push(dice.pick(BAD_DRIVE_EXTRAS));
  return [`file=${file}`, ...(dice.percent(85) ? [`format=${format}`] : []), ...parts, ...extras].join(',');
}

/** A `-blockdev` whose node is free for a device. */
export function blockdevUnits(dice: Dice, world: World): Unit[] {
  const name = dice.percent(1.2)
    ? (world.nodes[0] ?? 'n0')
    : world.freshId(dice, dice.pick(['disk', 'n', 'libvirt-', 'drive-virtio-disk']));
  const { format, file } = imageOf(dice, world);
  const units = dice.weighted<() => Unit[]>([
    [
      4,
      () => [
        ['-blockdev', `driver=file,filename=${file},node-name=${name}-file`],
        ['-blockdev', `driver=${format},file=${name}-file,node-name=${name}`],
      ],
    ],
    [5, () => [['-blockdev', `driver=${format},node-name=${name},file.driver=file,file.filename=${file}`]]],
    [
      2,
      () => [
        [
          '-blockdev',
          JSON.stringify({ driver: format, 'node-name': name, file: { driver: 'file', filename: file } }),
        ],
      ],
    ],
    [
      1,
      () => [
        [
          '-blockdev',
          JSON.stringify({
            driver: 'file',
            filename: file,
            'node-name': `${name}s`,
            'auto-read-only': true,
            discard: 'unmap',
          }),
        ],
        [
          '-blockdev',
          JSON.stringify({ driver: format, 'node-name': name, 'read-only': false, file: `${name}s` }),
        ],
      ],
    ],
    [5, () => [['-blockdev', `null-co,node-name=${name},size=1048576`]]],
    [
      1,
      () => [
        [
          '-blockdev',
          `driver=null-aio,node-name=${name},size=${dice.pick(['65536', '16777216', '65536', '16M'])},read-zeroes=on`,
        ],
      ],
    ],
    [
      2,
      () => [
        ['-blockdev', `null-co,node-name=${name}-0,size=1048576`],
        ['-blockdev', `raw,node-name=${name},file=${name}-0`],
      ],
    ],
    [
      1,
      () => [
        ['-object', `throttle-group,id=tg-${name},x-iops-total=40`],
        ['-blockdev', `null-co,node-name=${name}-0,size=1048576`],
        ['-blockdev', `throttle,node-name=${name},throttle-group=tg-${name},file=${name}-0`],
      ],
    ],
    [
      1,
      () => [
        ['-blockdev', `null-co,node-name=${name}-0,size=1048576`],
        ['-blockdev', `copy-on-read,node-name=${name},file=${name}-0`],
      ],
    ],
    [
      1,
      () => [
        ['-blockdev', `driver=raw,node-name=${name},read-only=on,file.driver=file,file.filename=cd.iso`],
      ],
    ],
    [
      1,
      () => [
        [
          '-blockdev',
          `driver=raw,node-name=${name},file.driver=file,file.filename=r.img,offset=512,size=65536`,
        ],
      ],
    ],
    [
      1,
      () => [
        [
          '-blockdev',
          `driver=file,node-name=${name},filename=r.img,cache.direct=off,cache.no-flush=on,discard=unmap,detect-zeroes=unmap`,
        ],
      ],
    ],
  ])();
  if (dice.percent(1.2)) {
    units.push(
      dice.pick<Unit>([
        ['-blockdev', `driver=qcow2,node-name=bad,file=nosuch`],
        ['-blockdev', `driver=nosuch,node-name=bad`],
        ['-blockdev', `driver=file,node-name=bad,filename=nosuch.img`],
        ['-blockdev', `driver=file,node-name=bad`],
        ['-blockdev', `null-co,node-name=bad,nosuch=1`],
        ['-blockdev', `null-co,node-name=${name}`],
        ['-blockdev', `null-co,node-name=9bad`],
        ['-blockdev', `null-co,node-name=bad,size=nosuch`],
        ['-blockdev', `null-co`],
        ['-blockdev', `throttle,node-name=bad,throttle-group=nosuch,file=${name}`],
        ['-blockdev', `driver=nbd,node-name=bad,server.type=inet,server.host=127.0.0.1,server.port=1`],
        ['-blockdev', '{"driver":"null-co"'],
      ]),
    );
  }
  world.nodes.push(name);
  world.freeNodes.push(name);
  const throttle = units.find(([, text]) => text?.startsWith('throttle-group'));
  if (throttle) world.objects.push({ id: `tg-${name}`, type: 'throttle-group' });
  return units;
}

/** A `-drive` without an interface of its own, free for a device. */
export function driveUnits(dice: Dice, world: World): Unit[] {
  const id = world.freshId(dice, dice.pick(['drive', 'd', 'drive-scsi', 'hd']));
  const text = dice.weighted<() => string>([
    [10, () => driveText(dice, world, ['if=none', `id=${id}`])],
    [2, () => `if=none,id=${id},driver=null-co,size=1M`],
    [1, () => `if=none,id=${id},media=cdrom,file=cd.iso,format=raw`],
    [1, () => `if=none,id=${id},media=cdrom`],
    [1, () => `if=none,id=${id},file=null-co://`],
    [1, () => `if=none,id=${id},file.driver=file,file.filename=r.img,driver=raw`],
  ])();
  world.drives.push(id);
  world.freeNodes.push(id);
  return [['-drive', text]];
}

/** Disks that need no `-device`: `-hda`, `-cdrom`, `if=virtio`, … */
export function wholeDisk(dice: Dice, world: World): Unit[] {
  const id = world.freshId(dice, dice.pick(['drive', 'd', 'vd']));
  const file = world.freeImages.includes('d0.qcow2') ? 'd0.qcow2' : 'd1.qcow2';
  const take = (name: string): void => {
    const at = world.freeImages.indexOf(name);
    if (at >= 0) world.freeImages.splice(at, 1);
  };
  const withId = (text: string): Unit[] => {
    world.drives.push(id);
    return [['-drive', `${text},id=${id}`]];
  };
  const [units, added] = dice.weighted<() => [Unit[], string?]>([
    [3, () => (take(file), [[['-hda', file]], 'ide0-hd0'])],
    [2, () => [[['-cdrom', 'cd.iso']], 'ide1-cd0']],
    [1, () => (take(file), [[['-hdb', file]], 'ide0-hd1'])],
    [1, () => [[['-fda', 'r.img']], 'floppy0']],
    [1, () => (take(file), [[[file]], 'ide0-hd0'])],
    [4, () => [withId(driveText(dice, world, ['if=virtio']))]],
    [2, () => [[['-drive', driveText(dice, world, ['if=virtio'])]], 'virtio0']],
    [2, () => [withId(driveText(dice, world, ['if=ide', `index=${dice.integer(0, 3)}`]))]],
    [2, () => [withId('if=ide,media=cdrom,file=cd.iso,format=raw')]],
    [2, () => [withId('if=ide,media=cdrom')]],
    [1, () => [withId('if=scsi,file=cd.iso,format=raw')]],
    [1, () => [withId('if=floppy,file=r.img,format=raw')]],
    [1, () => [[['-drive', `file=${file}`]], 'ide0-hd0']],
    [1, () => [withId('file=cd.iso,media=cdrom,readonly=on')]],
    [1, () => [[['-drive', driveText(dice, world, ['if=ide', 'bus=0', 'unit=0'])]], 'ide0-hd0']],
    [1, () => [withId('file=halt.bin,if=pflash,format=raw,readonly=on')]],
    [1, () => [[['-hda', 'nosuch.img']]]],
    [1, () => [[['-cdrom', 'nosuch.iso']]]],
  ])();
  if (added !== undefined) world.drives.push(added);
  return units;
}
