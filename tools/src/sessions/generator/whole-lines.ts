import type { Dice } from './dice.ts';
import type { Unit } from './options.ts';
import type { World } from './world.ts';

/** A whole command line, as a project writes it, and what it names. */
interface Preset {
  readonly line: string;
  readonly board: World['board'];
  readonly drives?: readonly string[];
  readonly nodes?: readonly string[];
  readonly netdevs?: readonly string[];
  readonly chardevs?: readonly string[];
  readonly objects?: readonly (readonly [id: string, type: string])[];
  readonly devices?: readonly (readonly [id: string, model: string])[];
}

const PRESETS: readonly Preset[] = [
  {
    // A guest as libvirt defines it.
    line: '-name guest=vm1,debug-threads=on -machine pc-q35-7.2,usb=off,dump-guest-core=off,memory-backend=pc.ram -accel tcg -cpu qemu64 -m size=131072k -object {"qom-type":"memory-backend-ram","id":"pc.ram","size":134217728} -overcommit mem-lock=off -smp 2,sockets=2,cores=1,threads=1 -uuid 6b8cd2b2-7a3f-4b59-9d1c-3a0c2f6e9b11 -no-user-config -nodefaults -display none -rtc base=utc -no-shutdown -boot strict=on -device {"driver":"pcie-root-port","port":16,"chassis":1,"id":"pci.1","bus":"pcie.0","multifunction":true,"addr":"0x2"} -device {"driver":"pcie-root-port","port":17,"chassis":2,"id":"pci.2","bus":"pcie.0","addr":"0x2.0x1"} -blockdev {"driver":"file","filename":"d0.qcow2","node-name":"libvirt-1-storage","auto-read-only":true,"discard":"unmap"} -blockdev {"node-name":"libvirt-1-format","read-only":false,"driver":"qcow2","file":"libvirt-1-storage","backing":null} -device {"driver":"virtio-blk-pci","bus":"pci.1","addr":"0x0","drive":"libvirt-1-format","id":"virtio-disk0","bootindex":1} -netdev {"type":"user","id":"hostnet0"} -device {"driver":"virtio-net-pci","netdev":"hostnet0","id":"net0","mac":"52:54:00:aa:bb:cc","bus":"pci.2","addr":"0x0"} -chardev pty,id=charserial0 -device {"driver":"isa-serial","chardev":"charserial0","id":"serial0","index":0} -msg timestamp=on',
    board: 'q35',
    nodes: ['libvirt-1-format', 'libvirt-1-storage'],
    netdevs: ['hostnet0'],
    chardevs: ['charserial0'],
    objects: [['pc.ram', 'memory-backend-ram']],
    devices: [
      ['pci.1', 'pcie-root-port'],
      ['pci.2', 'pcie-root-port'],
      ['virtio-disk0', 'virtio-blk-pci'],
      ['net0', 'virtio-net-pci'],
      ['serial0', 'isa-serial'],
    ],
  },
  {
    // Proxmox VE.
    line: '-name vm100,debug-threads=on -no-shutdown -smbios type=1,uuid=6b8cd2b2-7a3f-4b59-9d1c-3a0c2f6e9b11 -smp 2,sockets=1,cores=2,maxcpus=2 -nodefaults -boot menu=on,strict=on,reboot-timeout=1000 -vnc unix:vnc.sock,password=on -cpu qemu64,+aes -m 256 -object iothread,id=iothread-virtioscsi0 -device pci-bridge,id=pci.1,chassis_nr=1,bus=pci.0,addr=0x1e -device piix3-usb-uhci,id=uhci,bus=pci.0,addr=0x1.0x2 -device usb-tablet,id=tablet,bus=uhci.0,port=1 -device VGA,id=vga,bus=pci.0,addr=0x2 -device virtio-balloon-pci,id=balloon0,bus=pci.0,addr=0x3 -device virtio-scsi-pci,id=virtioscsi0,bus=pci.1,addr=0x1,iothread=iothread-virtioscsi0 -drive file=d0.qcow2,if=none,id=drive-scsi0,format=qcow2,cache=none,aio=threads,detect-zeroes=on -device scsi-hd,bus=virtioscsi0.0,channel=0,scsi-id=0,lun=0,drive=drive-scsi0,id=scsi0,bootindex=100 -netdev user,id=net0 -device virtio-net-pci,mac=52:54:00:aa:bb:cc,netdev=net0,bus=pci.0,addr=0x12,id=net0 -machine type=pc',
    board: 'pc',
    drives: ['drive-scsi0'],
    netdevs: ['net0'],
    objects: [['iothread-virtioscsi0', 'iothread']],
    devices: [
      ['pci.1', 'pci-bridge'],
      ['uhci', 'piix3-usb-uhci'],
      ['tablet', 'usb-tablet'],
      ['vga', 'VGA'],
      ['balloon0', 'virtio-balloon-pci'],
      ['virtioscsi0', 'virtio-scsi-pci'],
      ['scsi0', 'scsi-hd'],
      ['net0', 'virtio-net-pci'],
    ],
  },
  {
    // A machine with one of each: what test suites of VM managers start.
    line: '-machine q35 -m 512 -smp 2,maxcpus=4 -name vm1 -display none -vga std -nodefaults -no-user-config -drive file=d0.qcow2,format=qcow2,if=none,id=drive0 -device virtio-blk-pci,drive=drive0,id=vda -blockdev driver=file,filename=d1.qcow2,node-name=disk1-file -blockdev driver=qcow2,file=disk1-file,node-name=disk1 -device virtio-scsi-pci,id=scsi0 -device scsi-hd,drive=disk1,id=sda,bus=scsi0.0 -drive if=none,id=cd0,media=cdrom -device ide-cd,drive=cd0,id=cdrom0 -netdev user,id=net0 -device virtio-net-pci,netdev=net0,id=nic0 -device virtio-balloon-pci,id=balloon0 -device pcie-root-port,id=rp1,chassis=1,slot=1 -device qemu-xhci,id=xhci -device usb-tablet,id=tablet -device virtio-serial-pci,id=vser0 -chardev socket,id=qga0,path=qga.sock,server=on,wait=off -device virtserialport,chardev=qga0,name=org.qemu.guest_agent.0,id=qgap -chardev ringbuf,id=rb0,size=4096 -serial chardev:rb0',
    board: 'q35',
    drives: ['drive0', 'cd0'],
    nodes: ['disk1', 'disk1-file'],
    netdevs: ['net0'],
    chardevs: ['qga0', 'rb0'],
    devices: [
      ['vda', 'virtio-blk-pci'],
      ['scsi0', 'virtio-scsi-pci'],
      ['sda', 'scsi-hd'],
      ['cdrom0', 'ide-cd'],
      ['nic0', 'virtio-net-pci'],
      ['balloon0', 'virtio-balloon-pci'],
      ['rp1', 'pcie-root-port'],
      ['xhci', 'qemu-xhci'],
      ['tablet', 'usb-tablet'],
      ['vser0', 'virtio-serial-pci'],
      ['qgap', 'virtserialport'],
    ],
  },
  {
    // Podman and lima.
    line: '-machine q35,accel=tcg -cpu max -m 256 -smp 2 -boot order=c,splash-time=0,menu=on -drive if=virtio,file=d0.qcow2,discard=on -cdrom cd.iso -netdev user,id=net0,net=192.168.5.0/24,dhcpstart=192.168.5.15 -device virtio-net-pci,netdev=net0,mac=52:55:55:01:02:03 -device virtio-rng-pci -display none -vga none -device virtio-vga -device virtio-keyboard-pci -device virtio-mouse-pci -device qemu-xhci,id=usb-bus -parallel none -chardev socket,id=char-serial,path=serial.sock,server=on,wait=off,logfile=serial.log -serial chardev:char-serial -name lima-default -pidfile @DIR@/pid',
    board: 'q35',
    drives: ['virtio0', 'ide2-cd0'],
    netdevs: ['net0'],
    chardevs: ['char-serial'],
    devices: [['usb-bus', 'qemu-xhci']],
  },
  {
    // Incus and LXD.
    line: '-S -name vm -uuid 6b8cd2b2-7a3f-4b59-9d1c-3a0c2f6e9b11 -daemonize -cpu qemu64 -nographic -serial chardev:console -nodefaults -no-user-config -no-reboot -machine q35 -m 256M,slots=4,maxmem=1G -smp 1,maxcpus=4 -pidfile @DIR@/pid -chardev ringbuf,id=console,size=4096 -object memory-backend-memfd,id=mem0,size=256M,share=on -numa node,nodeid=0,memdev=mem0 -device pcie-root-port,id=qemu_pcie0,port=0x0,chassis=1,bus=pcie.0,addr=1.0,multifunction=on -device virtio-balloon-pci,id=qemu_balloon,bus=qemu_pcie0,addr=00.0 -device pcie-root-port,id=qemu_pcie1,chassis=2 -device virtio-scsi-pci,id=qemu_scsi,bus=qemu_pcie1,addr=00.0 -device pcie-root-port,id=qemu_pcie2,chassis=3 -device virtio-serial-pci,id=qemu_serial -chardev ringbuf,id=qemu_serial-chardev,size=262144 -device virtserialport,chardev=qemu_serial-chardev,name=org.linuxcontainers.incus,bus=qemu_serial.0',
    board: 'q35',
    chardevs: ['console', 'qemu_serial-chardev'],
    objects: [['mem0', 'memory-backend-memfd']],
    devices: [
      ['qemu_pcie0', 'pcie-root-port'],
      ['qemu_balloon', 'virtio-balloon-pci'],
      ['qemu_pcie1', 'pcie-root-port'],
      ['qemu_scsi', 'virtio-scsi-pci'],
      ['qemu_pcie2', 'pcie-root-port'],
      ['qemu_serial', 'virtio-serial-pci'],
    ],
  },
  {
    // A test of firmware or a kernel, by hand.
    line: '-m 128 -hda d0.qcow2 -cdrom cd.iso -boot d -display none -serial file:s.log -net nic,model=e1000 -net user -no-reboot -usb -device usb-tablet,id=mouse',
    board: 'pc',
    drives: ['ide0-hd0', 'ide1-cd0'],
    chardevs: ['serial0', 'parallel0', 'compat_monitor0'],
    devices: [['mouse', 'usb-tablet']],
  },
  {
    // A micro-VM.
    line: '-machine microvm,accel=tcg,rtc=on -m 128M -smp 1 -nodefaults -no-user-config -display none -bios halt.bin -blockdev driver=raw,node-name=root,file.driver=file,file.filename=r.img -device virtio-blk-device,drive=root,id=blk0 -netdev user,id=n0 -device virtio-net-device,netdev=n0,id=nic0 -device virtio-serial-device,id=vs -chardev null,id=c0 -device virtconsole,chardev=c0,id=con0 -device virtio-rng-device,id=rng0',
    board: 'microvm',
    nodes: ['root'],
    netdevs: ['n0'],
    chardevs: ['c0'],
    devices: [
      ['blk0', 'virtio-blk-device'],
      ['nic0', 'virtio-net-device'],
      ['vs', 'virtio-serial-device'],
      ['con0', 'virtconsole'],
      ['rng0', 'virtio-rng-device'],
    ],
  },
  {
    // NUMA.
    line: '-machine q35 -m 128 -smp 2 -object memory-backend-ram,id=m0,size=64M -object memory-backend-ram,id=m1,size=64M -numa node,nodeid=0,cpus=0,memdev=m0 -numa node,nodeid=1,cpus=1,memdev=m1 -nodefaults -display none',
    board: 'q35',
    objects: [
      ['m0', 'memory-backend-ram'],
      ['m1', 'memory-backend-ram'],
    ],
  },
];

/** A whole command line of some project, running or not. */
export function wholeLine(dice: Dice, world: World): Unit[] {
  const preset = dice.pick(PRESETS);
  world.board = preset.board;
  world.drives.push(...(preset.drives ?? []));
  world.nodes.push(...(preset.nodes ?? []));
  world.netdevs.push(...(preset.netdevs ?? []));
  world.chardevs.push(...(preset.chardevs ?? []));
  world.objects.push(...(preset.objects ?? []).map(([id, type]) => ({ id, type })));
  world.devices.push(...(preset.devices ?? []).map(([id, model]) => ({ id, model })));
  for (const name of [...world.freeImages]) {
    if (preset.line.includes(name)) world.freeImages.splice(world.freeImages.indexOf(name), 1);
  }
  const units = optionsOf(preset.line);
  if (dice.percent(55) && !preset.line.startsWith('-S')) units.push(['-S']);
  return units;
}

/** Options with their arguments: none of either has a blank in it. */
function optionsOf(line: string): Unit[] {
  return line.split(/ (?=-)/).map((option) => option.split(' '));
}
