import type { VncAddress, VncServer } from './vnc-server.ts';

/** A server in `query-vnc-servers`. Newer addresses and clients come first. */
export function describeServer(server: VncServer, display: string | undefined): Record<string, unknown> {
  const vencrypt = server.subauthName;
  const auth = { auth: server.options.auth, ...(vencrypt !== undefined && { vencrypt }) };
  return {
    id: server.id,
    server: server.sockets.toReversed().map((socket) => ({ ...socket, ...auth })),
    clients: clientsOf(server),
    ...auth,
    ...(display !== undefined && { display }),
  };
}

/** `query-vnc`: the first server alone. */
export function describeFirst(server: VncServer | undefined): Record<string, unknown> {
  const [socket] = server?.sockets ?? [];
  if (server === undefined || socket === undefined) return { enabled: false };
  const { host, service, family } = socket;
  return { enabled: true, host, service, family, auth: server.authName, clients: clientsOf(server) };
}

const clientsOf = (server: VncServer): Record<string, unknown>[] =>
  server.clients.map(({ address }) => ({ ...address }));

/** Lines of `info vnc` about one server. */
export function serverLines(server: VncServer): string[] {
  const { auth } = server.options;
  const sub = `Auth: ${auth} (Sub: ${server.subauthName ?? 'none'})`;
  const { sockets } = server;
  return [
    `${server.id}:`,
    ...sockets.toReversed().flatMap((socket) => [`  Server: ${shown(socket)}`, `    ${sub}`]),
    ...server.clients.flatMap(({ address }) => [
      `  Client: ${shown(address)}`,
      '    x509_dname: none',
      '    sasl_username: none',
    ]),
    ...(sockets.length === 0 ? [`  ${sub}`] : []),
  ];
}

const shown = ({ host, service, family, websocket }: VncAddress): string =>
  `${host}:${service} (${family}${websocket ? ' (Websocket)' : ''})`;
