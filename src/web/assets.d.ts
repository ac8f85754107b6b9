/** What the bundler makes of imports that are no scripts. */
declare module '*.svg' {
  const text: string;
  export default text;
}
declare module '*.css' {
  /** Where it is imported as text. */
  const text: string;
  export default text;
}
