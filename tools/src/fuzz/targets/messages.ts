/** Messages of a monitor, for the targets that read them. */
export const MESSAGES: readonly string[] = [
  '{"QMP": {"version": {"qemu": {"micro": 2, "minor": 7, "major": 1}, "package": ""}, "capabilities": ["oob"]}}\r\n',
  '{"return": {}, "id": 1}\r\n{"return": [], "id": "x"}\r\n',
  '{"timestamp": {"seconds": 1, "microseconds": 2}, "event": "STOP", "data": {"é": [18446744073709551615]}}\r\n',
  '{"error": {"class": "GenericError", "desc": "a } b \\" ] {"}, "id": {"a": [1, 2.5, null]}}',
  '{\r\n    "return": [\r\n        {"__proto__": 1}\r\n    ]\r\n}\r\n',
  '[[[[{"a": "\\u0000"}]]]]\n',
];
