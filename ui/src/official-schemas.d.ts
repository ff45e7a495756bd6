declare module 'virtual:official-schemas' {
  /** The official OCPP schemas' text by version, then by action; an answer's has `Response` at the end. */
  const schemas: Record<string, Record<string, string>>;
  export default schemas;
}
