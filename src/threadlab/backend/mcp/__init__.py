"""The MCP tool: functions of servers that whoever runs the backend allows. Needs the extra `mcp`."""
