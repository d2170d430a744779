using System.Diagnostics.CodeAnalysis;

namespace Coterie.WebConsole.Repair;

/// <summary>A table as people write it: keyspace.table, both as the schema has them.</summary>
internal sealed record TableName(string Keyspace, string Table)
{
    /// <summary>Two names of 48 letters and the point are the longest that CQL has.</summary>
    public const int LengthMax = 200;

    /// <summary>For the admin address of a node.</summary>
    public string Query => $"keyspace={Uri.EscapeDataString(Keyspace)}&table={Uri.EscapeDataString(Table)}";

    public static bool TryParse(string? text, [NotNullWhen(true)] out TableName? name)
    {
        var parts = text is { Length: <= LengthMax } ? text.Trim().Split('.') : [];
        name = parts is [{ Length: > 0 } keyspace, { Length: > 0 } table] ? new TableName(keyspace, table) : null;
        return name is not null;
    }

    public override string ToString() => $"{Keyspace}.{Table}";
}
