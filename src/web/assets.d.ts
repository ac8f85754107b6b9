/** What the bundler makes of imports that are no scripts. */
declare module '*.svg' {
  const text: string;
  export default text;
}
declare module '*.css';
