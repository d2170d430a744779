namespace Coterie.Cql;

/// <summary>The text is not CQL. Drivers see SyntaxError (0x2000).</summary>
public sealed class CqlSyntaxException(string message, int line, int column) : Exception($"line {line}:{column} {message}")
{
    public int Line { get; } = line;

    public int Column { get; } = column;
}

/// <summary>The statement is CQL but cannot be done: unknown names, wrong types, what is not supported. Drivers see Invalid (0x2200).</summary>
public sealed class CqlInvalidException(string message) : Exception(message);

/// <summary>A keyspace or table option is wrong. Drivers see ConfigError (0x2300).</summary>
public sealed class CqlConfigurationException(string message) : Exception(message);
