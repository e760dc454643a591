import type { DefaultTheme } from 'vitepress';

const page = (text: string, link: string): DefaultTheme.SidebarItem => ({ text, link });

const group = (text: string, ...items: readonly DefaultTheme.SidebarItem[]): DefaultTheme.SidebarItem => ({
  text,
  items: [...items],
});

/** Every page beside the API reference, in the order in which one reads. */
export const sidebar: DefaultTheme.SidebarItem[] = [
  group(
    'Start',
    page('In three minutes', '/start'),
    page('Playground', '/playground'),
    page('Recipes', '/recipes'),
    page('From your hand-made fake', '/from-a-hand-made-fake'),
    page('From QEMU’s Python class', '/from-python'),
  ),
  group(
    'Guide',
    page('Fixtures', '/guide/fixtures'),
    page('The mock', '/guide/mock'),
    page('Code that spawns QEMU', '/guide/spawn'),
    page('Hot-plug', '/guide/hot-plug'),
    page('Media', '/guide/media'),
    page('Disks and jobs', '/guide/disks-and-jobs'),
    page('Faults', '/guide/faults'),
    page('Record and replay', '/guide/record-and-replay'),
    page('Real QEMU in CI', '/guide/real-qemu'),
    page('Several versions', '/guide/versions'),
  ),
  group(
    'When a test fails',
    page('Troubleshooting', '/troubleshooting'),
    page('What a failed test tells', '/failures'),
    page('Traces, and how to read one', '/traces'),
  ),
  group(
    'How faithful it is',
    page('What is modelled', '/modelled/'),
    page('What the mock does not do', '/not-modelled'),
    page('How fidelity is proven', '/fidelity'),
    page('Suites of other projects', '/foreign-suites'),
    page('Robustness', '/robustness'),
    page('What a run leaves behind', '/leaks'),
    page('What it runs on', '/reach'),
    page('Benchmarks', '/benchmarks'),
  ),
  group(
    'Reference',
    page('qmp-vitest: fixtures', '/reference/qmp-vitest'),
    page('qmp-mock: the mock', '/reference/qmp-mock'),
    page('qmp-core: the client', '/reference/qmp-core'),
    page('Cassettes', '/cassettes'),
    page('API', '/api/'),
  ),
  group('Project', page('Changes', '/changelog'), page('Contributing', '/contributing')),
];
