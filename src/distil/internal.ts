/** What other folders use of this one, and users of `yuju/distil` do not. */
export { distilTables } from './report/render-report.ts'
