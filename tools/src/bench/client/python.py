"""One sample of Python's qemu.qmp: python.py PATH SCENARIO WORK WARM-UP -> microseconds for each unit of work."""
import asyncio
import json
import sys
import time

from qemu.qmp import QMPClient


async def repeat(client, command, work):
    for _ in range(work):
        await client.execute(command)


async def at_once(client, work):
    for _ in range(work):
        await asyncio.gather(*(client.execute('query-status') for _ in range(500)))


async def flood(client, work):
    with client.listener('RTC_CHANGE') as listener:
        for _ in range(work):
            await client.execute('query-events-flood')
        for _ in range(100_000 * work):
            await listener.get()


async def main():
    path, scenario, work, warm_up = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    client = QMPClient('bench')
    await client.connect(path)
    if scenario == 'request':
        await repeat(client, 'query-status', work)
        result = await client.execute('query-last-request')
    else:
        runs = {'at once': lambda n: at_once(client, n), 'flood': lambda n: flood(client, n)}
        run = runs.get(scenario, lambda n: repeat(client, scenario, n))
        if warm_up > 0:
            await run(warm_up)
        start = time.perf_counter()
        await run(work)
        result = (time.perf_counter() - start) * 1e6 / work
    print(json.dumps(result), flush=True)
    await client.disconnect()


asyncio.run(main())
