using Coterie.Model;
using Coterie.Server.Protocol;

namespace Coterie.Host.CqlClient;

/// <summary>A column of a result.</summary>
public sealed record CqlColumn(string Name, WireType Type);

/// <summary>The answer to one request.</summary>
public sealed record CqlResult
{
    /// <summary>Null if the answer is not rows.</summary>
    public IReadOnlyList<CqlColumn>? Columns { get; init; }

    /// <summary>The values of each row as the wire has them; null for null.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>?[]> Rows { get; init; } = [];

    /// <summary>Asks for the next page; null at the end.</summary>
    public ReadOnlyMemory<byte>? PagingState { get; init; }

    /// <summary>What USE has set.</summary>
    public string? Keyspace { get; init; }

    /// <summary>The id that EXECUTE needs.</summary>
    public ReadOnlyMemory<byte>? PreparedId { get; init; }

    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>What each replica answered, as JSON; null if it was not asked for or no replica voted. Documented in docs/compatibility.md.</summary>
    public ReadOnlyMemory<byte>? Vote { get; init; }

    private enum Kind
    {
        Void = 1,
        Rows = 2,
        SetKeyspace = 3,
        Prepared = 4,
        SchemaChange = 5,
    }

    [Flags]
    private enum RowsFlag
    {
        GlobalTable = 1,
        HasMorePages = 2,
        NoMetadata = 4,
    }

    internal static CqlResult Read(ref BodyReader reader)
    {
        var kind = (Kind)reader.ReadInt();
        return kind switch
        {
            Kind.Void or Kind.SchemaChange => new CqlResult(),
            Kind.SetKeyspace => new CqlResult { Keyspace = reader.ReadString() },
            Kind.Prepared => new CqlResult { PreparedId = reader.ReadShortBytes() },
            Kind.Rows => ReadRows(ref reader),
            _ => throw new MalformedDataException($"The kind of result {kind} is not known"),
        };
    }

    private static CqlResult ReadRows(ref BodyReader reader)
    {
        var flags = (RowsFlag)reader.ReadInt();
        var count = reader.ReadInt();
        if (count < 0 || count > Limits.ColumnsMax * 2)
        {
            throw new MalformedDataException($"A result of {count} columns");
        }

        var state = (flags & RowsFlag.HasMorePages) != 0 ? reader.ReadBytes() : null;
        var columns = (flags & RowsFlag.NoMetadata) != 0 ? [] : ReadColumns(ref reader, count, (flags & RowsFlag.GlobalTable) != 0);
        var rows = new List<ReadOnlyMemory<byte>?[]>();
        var rowCount = reader.ReadInt();
        for (var i = 0; i < rowCount; i++)
        {
            var row = new ReadOnlyMemory<byte>?[count];
            for (var column = 0; column < count; column++)
            {
                row[column] = reader.ReadBytes();
            }

            rows.Add(row);
        }

        return new CqlResult { Columns = columns, Rows = rows, PagingState = state };
    }

    private static List<CqlColumn> ReadColumns(ref BodyReader reader, int count, bool global)
    {
        if (global)
        {
            reader.ReadString();
            reader.ReadString();
        }

        var columns = new List<CqlColumn>(count);
        for (var i = 0; i < count; i++)
        {
            if (!global)
            {
                reader.ReadString();
                reader.ReadString();
            }

            columns.Add(new CqlColumn(reader.ReadString(), WireType.Read(ref reader)));
        }

        return columns;
    }
}
