namespace Coterie.Cli.Cql;

internal enum ShellCommandKind
{
    Exit,
    Help,
    Consistency,
    Describe,
}

/// <summary>What the shell understands besides CQL, in the words of Cassandra's shell.</summary>
internal static class ShellCommand
{
    public const string HelpText = """
        Statements end with a semicolon and may take several lines.
          CONSISTENCY [LEVEL]   show or set the consistency level
          DESCRIBE KEYSPACES    list the keyspaces
          DESCRIBE TABLES       list the tables (of the keyspace in use, if there is one)
          HELP                  this text
          EXIT                  leave; so does Ctrl-D

        """;

    public static bool TryParse(string statement, out ShellCommandKind command, out string argument)
    {
        var words = statement.Trim().TrimEnd(';').Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        command = default;
        argument = words.Length > 1 ? words[1] : "";
        if (words.Length is 0 or > 2)
        {
            return false;
        }

        switch (words[0].ToUpperInvariant(), argument.ToUpperInvariant())
        {
            case ("EXIT" or "QUIT", ""):
                command = ShellCommandKind.Exit;
                return true;
            case ("HELP" or "?", ""):
                command = ShellCommandKind.Help;
                return true;
            case ("CONSISTENCY", _):
                command = ShellCommandKind.Consistency;
                return true;
            case ("DESCRIBE" or "DESC", "KEYSPACES" or "TABLES"):
                command = ShellCommandKind.Describe;
                return true;
            default:
                return false;
        }
    }

    public static string DescribeStatement(string what, string keyspace)
    {
        if (what.Equals("KEYSPACES", StringComparison.OrdinalIgnoreCase))
        {
            return "SELECT keyspace_name, replication, durable_writes FROM system_schema.keyspaces";
        }

        var where = keyspace.Length == 0 ? "" : $" WHERE keyspace_name = '{keyspace.Replace("'", "''", StringComparison.Ordinal)}'";
        return $"SELECT keyspace_name, table_name FROM system_schema.tables{where}";
    }
}
