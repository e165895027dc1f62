/** The kinds of file a report is written to, by their extension. */
export const BENCHMARK_FORMATS = ['md', 'json', 'svg'] as const
/** The kind of file a report is written to: one of `BENCHMARK_FORMATS`. */
export type BenchmarkFormat = (typeof BENCHMARK_FORMATS)[number]
