import { notModelled } from '../../engine/not-modelled.ts';
import type { VncOptions } from '../../machine/ui/vnc/vnc-options.ts';
import type { VncPlace } from '../../machine/ui/vnc/vnc-servers.ts';

/** Port of the display 0. */
const FIRST_PORT = 5900;

/** Places that the option of a VNC server asks for (`vnc_display_get_address` in `ui/vnc.c`). */
export function placesOf({ place, values }: VncOptions): readonly VncPlace[] {
  if (place === 'none' || place === '') return [];
  if (place.startsWith('unix:')) {
    const path = place.slice('unix:'.length);
    if (path === '') notModelled('-vnc unix: without a path');
    return [{ type: 'unix', path }];
  }
  const at = place.lastIndexOf(':');
  const host = place.slice(0, at).replace(/^\[(.*)\]$/, '$1');
  const port = String(FIRST_PORT + Number(place.slice(at + 1)));
  const to = values.get('to');
  return [
    {
      type: 'inet',
      host,
      port,
      to: to === undefined ? undefined : FIRST_PORT + Number(to),
      family: familyOf(values.get('ipv4'), values.get('ipv6')),
    },
  ];
}

function familyOf(ipv4: string | undefined, ipv6: string | undefined): 4 | 6 | undefined {
  const [four, six] = [ipv4, ipv6].map((value) =>
    value === undefined ? undefined : /^(on|yes|true|y)$/.test(value),
  );
  if (four === true && six === true) return undefined;
  if (six === true || four === false) return 6;
  return four === true || six === false ? 4 : undefined;
}
