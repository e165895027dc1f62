export { type Bar, type BarChartOptions, barChart } from './bar-chart.ts'
export { type AxisOptions, type Chart, type ChartOptions, stackCharts } from './chart.ts'
export { type HistogramOptions, type HistogramSeries, histogram } from './histogram.ts'
export { type LineChartOptions, type LineSeries, lineChart, type Point } from './line-chart.ts'
