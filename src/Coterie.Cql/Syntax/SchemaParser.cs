using System.Collections.Immutable;
using Coterie.Model;

namespace Coterie.Cql.Syntax;

/// <summary>CREATE, ALTER, DROP, TRUNCATE and USE. The kinds of things that Coterie does not have are refused by name.</summary>
internal sealed class SchemaParser(Cursor cursor, TermParser terms)
{
    public Statement ParseCreate()
    {
        cursor.ExpectKeyword("create");
        if (cursor.TryTakeKeyword("keyspace") || cursor.TryTakeKeyword("schema"))
        {
            return ParseCreateKeyspace();
        }

        return cursor.TryTakeKeyword("table") || cursor.TryTakeKeyword("columnfamily")
            ? ParseCreateTable()
            : throw Refused("CREATE");
    }

    /// <summary>ALTER KEYSPACE; all else that can be altered in CQL is refused by name.</summary>
    public Statement ParseAlter()
    {
        cursor.ExpectKeyword("alter");
        if (!cursor.TryTakeKeyword("keyspace") && !cursor.TryTakeKeyword("schema"))
        {
            throw Refused("ALTER");
        }

        var ifExists = ParseIfExists();
        return new AlterKeyspaceStatement(cursor.TakeName("name of a keyspace"), ifExists, ParseOptions());
    }

    public Statement ParseDrop()
    {
        cursor.ExpectKeyword("drop");
        if (cursor.TryTakeKeyword("keyspace") || cursor.TryTakeKeyword("schema"))
        {
            var keyspaceIfExists = ParseIfExists();
            return new DropKeyspaceStatement(cursor.TakeName("name of a keyspace"), keyspaceIfExists);
        }

        if (!cursor.TryTakeKeyword("table") && !cursor.TryTakeKeyword("columnfamily"))
        {
            throw Refused("DROP");
        }

        var ifExists = ParseIfExists();
        return new DropTableStatement(cursor.TakeTableName(), ifExists);
    }

    public TruncateStatement ParseTruncate()
    {
        cursor.ExpectKeyword("truncate");
        if (cursor.IsKeyword("table") || cursor.IsKeyword("columnfamily"))
        {
            cursor.Take();
        }

        return new TruncateStatement(cursor.TakeTableName());
    }

    public UseStatement ParseUse()
    {
        cursor.ExpectKeyword("use");
        return new UseStatement(cursor.TakeName("name of a keyspace"));
    }

    /// <summary>The exception for what can be created, altered or dropped in CQL but not here.</summary>
    public Exception Refused(string verb)
    {
        var words = new List<string> { verb };
        if (cursor.TryTakeKeyword("or"))
        {
            cursor.ExpectKeyword("replace");
        }

        if (cursor.IsKeyword("custom") || cursor.IsKeyword("unique") || cursor.IsKeyword("materialized"))
        {
            words.Add(cursor.Take().Text.ToUpperInvariant());
        }

        var current = cursor.Current;
        if (current.Kind != LexemeKind.Identifier
            || current.Text is not ("index" or "type" or "function" or "aggregate" or "view" or "trigger" or "role" or "user"
                or "table" or "columnfamily" or "service_level" or "identity" or "generated"))
        {
            return cursor.Unexpected($"something to {verb} expected");
        }

        words.Add(current.Text.ToUpperInvariant());
        return new CqlInvalidException($"{string.Join(' ', words)} is not supported");
    }

    private CreateKeyspaceStatement ParseCreateKeyspace()
    {
        var ifNotExists = ParseIfNotExists();
        return new CreateKeyspaceStatement(cursor.TakeName("name of a keyspace"), ifNotExists, ParseOptions());
    }

    private ImmutableArray<OptionSyntax> ParseOptions()
    {
        cursor.ExpectKeyword("with");
        var options = ImmutableArray.CreateBuilder<OptionSyntax>();
        do
        {
            options.Add(ParseOption(cursor.TakeName("name of an option")));
        }
        while (cursor.TryTakeKeyword("and"));
        return options.DrainToImmutable();
    }

    private CreateTableStatement ParseCreateTable()
    {
        var ifNotExists = ParseIfNotExists();
        var table = cursor.TakeTableName();
        var columns = ImmutableArray.CreateBuilder<ColumnSyntax>();
        ImmutableArray<string> partitionKey = [], clustering = [];
        var hasKey = false;
        cursor.ExpectSymbol("(");
        do
        {
            if (cursor.IsKeyword("primary"))
            {
                hasKey = hasKey ? throw MoreThanOneKey() : true;
                (partitionKey, clustering) = ParsePrimaryKey();
                continue;
            }

            var column = new ColumnSyntax(cursor.TakeName("name of a column"), terms.ParseType(), cursor.TryTakeKeyword("static"));
            columns.Add(column);
            if (columns.Count > Limits.ColumnsMax)
            {
                throw new CqlInvalidException($"A table may have at most {Limits.ColumnsMax} columns");
            }

            if (cursor.TryTakeKeyword("primary"))
            {
                cursor.ExpectKeyword("key");
                hasKey = hasKey ? throw MoreThanOneKey() : true;
                partitionKey = [column.Name];
            }
        }
        while (cursor.TryTakeSymbol(","));
        cursor.ExpectSymbol(")");
        var order = ImmutableArray.CreateBuilder<(string, bool)>();
        var options = ImmutableArray.CreateBuilder<OptionSyntax>();
        ParseTableOptions(order, options);
        return new CreateTableStatement(
            table, ifNotExists, columns.DrainToImmutable(), partitionKey, clustering, order.DrainToImmutable(), options.DrainToImmutable());
    }

    private static CqlInvalidException MoreThanOneKey() => new("Multiple PRIMARY KEY definitions (exactly one required)");

    private (ImmutableArray<string> PartitionKey, ImmutableArray<string> Clustering) ParsePrimaryKey()
    {
        cursor.ExpectKeyword("primary");
        cursor.ExpectKeyword("key");
        cursor.ExpectSymbol("(");
        var partitionKey = ImmutableArray.CreateBuilder<string>();
        if (cursor.TryTakeSymbol("("))
        {
            do
            {
                partitionKey.Add(cursor.TakeName("name of a column"));
            }
            while (cursor.TryTakeSymbol(","));
            cursor.ExpectSymbol(")");
        }
        else
        {
            partitionKey.Add(cursor.TakeName("name of a column"));
        }

        var clustering = ImmutableArray.CreateBuilder<string>();
        while (cursor.TryTakeSymbol(","))
        {
            clustering.Add(cursor.TakeName("name of a column"));
        }

        cursor.ExpectSymbol(")");
        return (partitionKey.DrainToImmutable(), clustering.DrainToImmutable());
    }

    private void ParseTableOptions(ImmutableArray<(string, bool)>.Builder order, ImmutableArray<OptionSyntax>.Builder options)
    {
        if (!cursor.TryTakeKeyword("with"))
        {
            return;
        }

        do
        {
            var name = cursor.TakeName("name of an option");
            if (name == "compact" && cursor.IsKeyword("storage"))
            {
                throw new CqlInvalidException("COMPACT STORAGE is not supported");
            }

            if (name == "clustering" && cursor.TryTakeKeyword("order"))
            {
                cursor.ExpectKeyword("by");
                ParseClusteringOrder(order);
            }
            else
            {
                options.Add(ParseOption(name));
            }
        }
        while (cursor.TryTakeKeyword("and"));
    }

    private void ParseClusteringOrder(ImmutableArray<(string, bool)>.Builder order)
    {
        cursor.ExpectSymbol("(");
        do
        {
            var column = cursor.TakeName("name of a column");
            var descending = cursor.TryTakeKeyword("desc");
            if (!descending)
            {
                cursor.ExpectKeyword("asc");
            }

            order.Add((column, descending));
        }
        while (cursor.TryTakeSymbol(","));
        cursor.ExpectSymbol(")");
    }

    private OptionSyntax ParseOption(string name)
    {
        cursor.ExpectSymbol("=");
        return terms.ParseTerm() switch
        {
            LiteralTerm literal => new OptionSyntax(name, literal, [], OptionText(literal)),
            SetTerm { Items.IsEmpty: true } => new OptionSyntax(name, null, [], "{}"),
            MapTerm map => MapOption(name, map),
            _ => throw cursor.Error($"the value of option '{name}' must be a constant or a map of constants"),
        };
    }

    private OptionSyntax MapOption(string name, MapTerm map)
    {
        var entries = ImmutableArray.CreateBuilder<(LiteralTerm, LiteralTerm)>();
        foreach (var (key, value) in map.Entries)
        {
            entries.Add((key, value) is (LiteralTerm literalKey, LiteralTerm literalValue)
                ? (literalKey, literalValue)
                : throw cursor.Error($"the map of option '{name}' must hold constants"));
        }

        var text = string.Join(", ", entries.Select(e => $"{OptionText(e.Item1)}: {OptionText(e.Item2)}"));
        return new OptionSyntax(name, null, entries.DrainToImmutable(), $"{{{text}}}");
    }

    private static string OptionText(LiteralTerm literal) => literal.Kind switch
    {
        LiteralKind.String => $"'{literal.Text.Replace("'", "''", StringComparison.Ordinal)}'",
        LiteralKind.Hex => "0x" + literal.Text,
        _ => literal.Text,
    };

    private bool ParseIfNotExists()
    {
        if (!cursor.TryTakeKeyword("if"))
        {
            return false;
        }

        cursor.ExpectKeyword("not");
        cursor.ExpectKeyword("exists");
        return true;
    }

    private bool ParseIfExists()
    {
        if (!cursor.TryTakeKeyword("if"))
        {
            return false;
        }

        cursor.ExpectKeyword("exists");
        return true;
    }
}
