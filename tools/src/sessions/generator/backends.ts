import type { Dice } from './dice.ts';
import type { Unit } from './options.ts';
import type { World } from './world.ts';

/** A `-netdev`, free for a network card. */
export function netdevUnits(dice: Dice, world: World): Unit[] {
  const id = dice.percent(1)
    ? (world.netdevs[0] ?? 'net0')
    : world.freshId(dice, dice.pick(['net', 'hostnet', 'n']));
  if (dice.percent(1.2)) {
    return [
      dice.pick<Unit>([
        ['-netdev', `nosuch,id=${id}`],
        ['-netdev', `user`],
        ['-netdev', `user,id=${id},nosuch=1`],
        ['-netdev', `user,id=9bad`],
        ['-netdev', `user,id=${id},hostfwd=nosuch`],
        ['-netdev', `user,id=${id},net=nosuch`],
        ['-netdev', `socket,id=${id}`],
        ['-netdev', `socket,id=${id},listen=nosuch`],
        ['-netdev', `hubport,id=${id}`],
        ['-netdev', `vhost-user,id=${id},chardev=nosuch`],
        ['-netdev', `bridge,id=${id},br=nosuch,helper=/nosuch`],
        ['-netdev', `tap,id=${id},fd=nosuch`],
        ['-netdev', `user,id=${id},restrict=maybe`],
        ['-netdev', ''],
      ]),
    ];
  }
  const text = dice.weighted([
    [8, `user,id=${id}`],
    [1, `user,id=${id},restrict=on`],
    [1, `user,id=${id},net=10.0.9.0/24,dhcpstart=10.0.9.20`],
    [1, `user,id=${id},hostname=web,dns=10.0.2.3`],
    [1, `user,id=${id},hostfwd=tcp:127.0.0.1:0-:22`],
    [5, `hubport,id=${id},hubid=${dice.integer(0, 2)}`],
    [1, `socket,id=${id},udp=127.0.0.1:1,localaddr=127.0.0.1:0`],
    [1, `stream,id=${id},server=on,addr.type=unix,addr.path=${id}.sock`],
    [1, `dgram,id=${id},local.type=unix,local.path=${id}a.sock,remote.type=unix,remote.path=${id}b.sock`],
    [1, JSON.stringify({ type: 'user', id })],
    [1, JSON.stringify({ type: 'hubport', id, hubid: 0 })],
  ]);
  world.netdevs.push(id);
  world.freeNetdevs.push(id);
  return [['-netdev', text]];
}

/** A `-chardev`, free for a port. */
export function chardevUnits(dice: Dice, world: World): Unit[] {
  const id = dice.percent(1)
    ? (world.chardevs[0] ?? 'c0')
    : world.freshId(dice, dice.pick(['c', 'charserial', 'qga', 'chr']));
  if (dice.percent(1.2)) {
    return [
      dice.pick<Unit>([
        ['-chardev', `nosuch,id=${id}`],
        ['-chardev', `null`],
        ['-chardev', `null,id=${id},nosuch=1`],
        ['-chardev', `null,id=9 bad`],
        ['-chardev', `socket,id=${id}`],
        ['-chardev', `socket,id=${id},path=nodir/x.sock,server=on,wait=off`],
        ['-chardev', `socket,id=${id},path=nobody.sock`],
        ['-chardev', `socket,id=${id},path=a.sock,server=maybe`],
        ['-chardev', `file,id=${id}`],
        ['-chardev', `file,id=${id},path=nodir/x.log`],
        ['-chardev', `pipe,id=${id},path=nosuch`],
        ['-chardev', `ringbuf,id=${id},size=5`],
        ['-chardev', `serial,id=${id},path=/dev/nosuch`],
        ['-chardev', `udp,id=${id}`],
        ['-chardev', `socket,id=${id},host=127.0.0.1,port=nosuch,server=on,wait=off`],
      ]),
    ];
  }
  const text = dice.weighted([
    [5, `null,id=${id}`],
    [5, `ringbuf,id=${id},size=4096`],
    [5, `socket,id=${id},path=${id}.sock,server=on,wait=off`],
    [1, `socket,id=${id},path=@DIR@/${id}.sock,server=on,wait=off`],
    [1, `socket,id=${id},host=127.0.0.1,port=0,server=on,wait=off`],
    [3, `file,id=${id},path=${id}.log`],
    [1, `file,id=${id},path=${id}.log,append=on`],
    [1, `null,id=${id},mux=on`],
    [1, `pty,id=${id}`],
    [1, `udp,id=${id},host=127.0.0.1,port=1`],
    [1, `ringbuf,id=${id}`],
    [1, `null,id=${id},logfile=${id}.txt`],
    [1, `vc,id=${id}`],
    [1, `socket,id=${id},path=later.sock,reconnect=5`],
    [1, `msmouse,id=${id}`],
  ]);
  world.chardevs.push(id);
  world.freeChardevs.push(id);
  return [['-chardev', text]];
}

/** `-serial`, with the chardev that it makes or takes. */
export function serialUnits(dice: Dice, world: World): Unit[] {
  const [text, made] = dice.weighted<readonly [string, string?]>([
    [3, ['none']],
    [3, ['null', 'serial0']],
    [3, ['file:s0.log', 'serial0']],
    [3, ['unix:s0.sock,server=on,wait=off', 'serial0']],
    [1, ['pty', 'serial0']],
    [1, ['stdio', 'serial0']],
    [1, ['mon:stdio', 'serial0']],
    [1, ['vc', 'serial0']],
    [1, ['nosuch']],
    [1, ['chardev:nosuch']],
  ]);
  if (made !== undefined) world.chardevs.push(made);
  if (dice.percent(20)) {
    const chardev = world.take(dice, world.freeChardevs);
    if (chardev !== undefined) return [['-serial', `chardev:${chardev}`]];
  }
  return [['-serial', text]];
}

/** An `-object`. */
export function objectUnits(dice: Dice, world: World): Unit[] {
  const id = dice.percent(1)
    ? (world.objects[0]?.id ?? 'o0')
    : world.freshId(dice, dice.pick(['obj', 'o', 'io', 'mem']));
  if (dice.percent(1.2)) {
    return [
      dice.pick<Unit>([
        ['-object', `nosuch,id=${id}`],
        ['-object', `iothread`],
        ['-object', `iothread,id=9bad`],
        ['-object', `iothread,id=${id},nosuch=1`],
        ['-object', `memory-backend-ram,id=${id}`],
        ['-object', `memory-backend-ram,id=${id},size=0`],
        ['-object', `memory-backend-file,id=${id},size=1M,mem-path=nodir/x`],
        ['-object', `tls-creds-x509,id=${id},dir=nodir,endpoint=server`],
        ['-object', `secret,id=${id},file=nosuch.txt`],
        ['-object', `secret,id=${id}`],
        ['-object', `rng-random,id=${id},filename=nosuch`],
        ['-object', `rng-egd,id=${id},chardev=nosuch`],
        ['-object', `input-linux,id=${id},evdev=nosuch`],
        ['-object', `can-host-socketcan,id=${id},if=nosuch,canbus=nosuch`],
        ['-object', `filter-dump,id=${id},netdev=nosuch,file=f.pcap`],
        ['-object', `virtio-net-pci,id=${id}`],
        ['-object', `throttle-group,id=${id},x-iops-total=-1`],
        ['-object', '{"qom-type":"iothread"'],
      ]),
    ];
  }
  const netdev = world.netdevs[0];
  const [type, rest] = dice.weighted<readonly [string, string]>([
    [6, ['iothread', '']],
    [5, ['memory-backend-ram', `,size=${dice.pick(['64M', '128M', '1M', '134217728'])}`]],
    [1, ['memory-backend-file', `,size=1M,mem-path=${id}.mem,share=on`]],
    [1, ['memory-backend-memfd', ',size=1M']],
    [3, ['rng-random', ',filename=/dev/urandom']],
    [2, ['rng-builtin', '']],
    [3, ['secret', `,data=${dice.pick(['abc', 'sesame'])}`]],
    [1, ['secret', ',file=notes.txt']],
    [3, ['throttle-group', ',x-iops-total=100']],
    [1, ['throttle-group', '']],
    [1, ['tls-creds-anon', ',endpoint=server']],
    [1, ['authz-simple', ',identity=fred']],
    [1, ['authz-list', ',policy=deny']],
    [1, ['cryptodev-backend-builtin', '']],
    [1, ['can-bus', '']],
    [1, ['thread-context', '']],
    ...(netdev === undefined
      ? []
      : ([
          [1, ['filter-dump', `,netdev=${netdev},file=${id}.pcap`]],
          [1, ['filter-buffer', `,netdev=${netdev},interval=1000`]],
        ] as const)),
  ]);
  world.objects.push({ id, type });
  if (type.startsWith('memory-backend')) world.freeMemory.push(id);
  return [['-object', `${type},id=${id}${rest}`]];
}
