/** The kinds of file a report is written to, by their extension. */
export const REPORT_FORMATS = ['md', 'json', 'svg'] as const
/** The kind of file a report is written to: one of `REPORT_FORMATS`. */
export type ReportFormat = (typeof REPORT_FORMATS)[number]
