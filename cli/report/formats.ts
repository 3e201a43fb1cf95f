export const reportFormats = ["md", "html", "json"] as const;
export type ReportFormat = (typeof reportFormats)[number];

/** By the file's name; undefined when it does not say. */
export const formatOfName = (file: string): ReportFormat | undefined =>
  reportFormats.find((format) => file.toLowerCase().endsWith(`.${format}`));
