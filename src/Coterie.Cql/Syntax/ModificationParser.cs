using System.Collections.Immutable;
using Coterie.Cql.Plans;
using Coterie.Model;

namespace Coterie.Cql.Syntax;

/// <summary>INSERT, UPDATE, DELETE and BEGIN BATCH.</summary>
internal sealed class ModificationParser(Cursor cursor, TermParser terms, RelationParser relations)
{
    private readonly ConditionParser _conditions = new(cursor, terms);

    /// <summary>Null if neither INSERT, UPDATE nor DELETE begins here.</summary>
    public ModificationStatement? TryParse()
    {
        var firstMarker = cursor.MarkerCount;
        ModificationStatement? statement = cursor.Current is { Kind: LexemeKind.Identifier } word
            ? word.Text switch { "insert" => ParseInsert(), "update" => ParseUpdate(), "delete" => ParseDelete(), _ => null }
            : null;
        return statement is null ? null : statement with { FirstMarker = firstMarker, MarkerCount = cursor.MarkerCount - firstMarker };
    }

    public BatchStatement ParseBatch()
    {
        cursor.ExpectKeyword("begin");
        var kind = ParseBatchKind();
        cursor.ExpectKeyword("batch");
        var timestamp = ParseUsing(timeToLiveAllowed: false).Timestamp;
        var statements = ImmutableArray.CreateBuilder<ModificationStatement>();
        while (!cursor.TryTakeKeyword("apply"))
        {
            statements.Add(TryParse() ?? throw cursor.Unexpected("INSERT, UPDATE, DELETE or APPLY BATCH expected"));
            if (statements.Count > Limits.BatchStatementsMax)
            {
                throw new CqlInvalidException($"A batch may hold at most {Limits.BatchStatementsMax} statements");
            }

            cursor.TryTakeSymbol(";");
        }

        cursor.ExpectKeyword("batch");
        return new BatchStatement(kind, timestamp, statements.DrainToImmutable(), cursor.MarkerCount);
    }

    private BatchKind ParseBatchKind()
    {
        if (cursor.IsKeyword("counter"))
        {
            throw new CqlInvalidException("COUNTER batches are not supported: there are no counters");
        }

        if (cursor.TryTakeKeyword("unlogged"))
        {
            return BatchKind.Unlogged;
        }

        cursor.TryTakeKeyword("logged");
        return BatchKind.Logged;
    }

    private InsertStatement ParseInsert()
    {
        cursor.ExpectKeyword("insert");
        cursor.ExpectKeyword("into");
        var table = cursor.TakeTableName();
        if (cursor.IsKeyword("json"))
        {
            throw new CqlInvalidException("INSERT JSON is not supported");
        }

        cursor.ExpectSymbol("(");
        var columns = new List<string>();
        do
        {
            columns.Add(cursor.TakeName("name of a column"));
        }
        while (cursor.TryTakeSymbol(","));
        cursor.ExpectSymbol(")");
        cursor.ExpectKeyword("values");
        cursor.ExpectSymbol("(");
        var values = terms.ParseList(")");
        if (values.Length != columns.Count)
        {
            throw new CqlInvalidException("Unmatched column names/values: " + columns.Count + " columns, " + values.Length + " values");
        }

        var condition = _conditions.TryParseOfInsert();
        var clause = ParseUsing(timeToLiveAllowed: true);
        return new InsertStatement(table, [.. columns.Zip(values)], clause) { Condition = condition };
    }

    private UpdateStatement ParseUpdate()
    {
        cursor.ExpectKeyword("update");
        var table = cursor.TakeTableName();
        var clause = ParseUsing(timeToLiveAllowed: true);
        cursor.ExpectKeyword("set");
        var assignments = ImmutableArray.CreateBuilder<Assignment>();
        do
        {
            assignments.Add(ParseAssignment());
        }
        while (cursor.TryTakeSymbol(","));
        cursor.ExpectKeyword("where");
        var where = relations.ParseWhere();
        return new UpdateStatement(table, clause, assignments.DrainToImmutable(), where) { Condition = _conditions.TryParse() };
    }

    private Assignment ParseAssignment()
    {
        var column = cursor.TakeName("name of a column");
        if (cursor.TryTakeSymbol("["))
        {
            var key = terms.ParseValue();
            cursor.ExpectSymbol("]");
            cursor.ExpectSymbol("=");
            return new Assignment(AssignmentKind.SetElement, column, key, terms.ParseValue());
        }

        if (cursor.IsSymbol("."))
        {
            throw new CqlInvalidException($"Setting a field of a user-defined type ({column}.…) is not supported");
        }

        if (cursor.TryTakeSymbol("+="))
        {
            return new Assignment(AssignmentKind.Append, column, null, terms.ParseValue());
        }

        if (cursor.TryTakeSymbol("-="))
        {
            return new Assignment(AssignmentKind.Remove, column, null, terms.ParseValue());
        }

        cursor.ExpectSymbol("=");
        return StartsWithColumn() ? ParseColumnFirst(column) : ParseTermFirst(column);
    }

    private bool StartsWithColumn()
    {
        var next = cursor.Peek(1);
        return cursor.Current.Kind is LexemeKind.QuotedIdentifier or LexemeKind.Identifier && (next.IsSymbol("+") || next.IsSymbol("-"));
    }

    private Assignment ParseColumnFirst(string column)
    {
        RequireSame(column, cursor.TakeName("name of a column"));
        var kind = cursor.Take().IsSymbol("+") ? AssignmentKind.Append : AssignmentKind.Remove;
        return new Assignment(kind, column, null, terms.ParseValue());
    }

    private Assignment ParseTermFirst(string column)
    {
        var value = terms.ParseTerm();
        if (!cursor.IsSymbol("+") || cursor.Peek(1).Kind is not (LexemeKind.Identifier or LexemeKind.QuotedIdentifier))
        {
            terms.RefuseArithmetic();
            return new Assignment(AssignmentKind.Set, column, null, value);
        }

        cursor.Take();
        RequireSame(column, cursor.TakeName("name of a column"));
        return new Assignment(AssignmentKind.Prepend, column, null, value);
    }

    private static void RequireSame(string column, string other)
    {
        if (!string.Equals(column, other, StringComparison.Ordinal))
        {
            throw new CqlInvalidException($"Only expressions of the form {column} = {column} + <value> are supported, not of another column ({other})");
        }
    }

    private DeleteStatement ParseDelete()
    {
        cursor.ExpectKeyword("delete");
        var selections = ImmutableArray.CreateBuilder<DeleteSelection>();
        if (!cursor.IsKeyword("from"))
        {
            do
            {
                selections.Add(ParseDeleteSelection());
            }
            while (cursor.TryTakeSymbol(","));
        }

        cursor.ExpectKeyword("from");
        var table = cursor.TakeTableName();
        var clause = ParseUsing(timeToLiveAllowed: false);
        cursor.ExpectKeyword("where");
        var where = relations.ParseWhere();
        return new DeleteStatement(table, selections.DrainToImmutable(), clause, where) { Condition = _conditions.TryParse() };
    }

    private DeleteSelection ParseDeleteSelection()
    {
        var column = cursor.TakeName("name of a column");
        if (cursor.IsSymbol("."))
        {
            throw new CqlInvalidException($"Deleting a field of a user-defined type ({column}.…) is not supported");
        }

        if (!cursor.TryTakeSymbol("["))
        {
            return new DeleteSelection(column, null);
        }

        var key = terms.ParseValue();
        cursor.ExpectSymbol("]");
        return new DeleteSelection(column, key);
    }

    private UsingClause ParseUsing(bool timeToLiveAllowed)
    {
        if (!cursor.TryTakeKeyword("using"))
        {
            return UsingClause.None;
        }

        Term? timestamp = null, timeToLive = null;
        do
        {
            if (timestamp is null && cursor.TryTakeKeyword("timestamp"))
            {
                timestamp = terms.ParseIntegerOrMarker("TIMESTAMP");
            }
            else if (timeToLiveAllowed && timeToLive is null && cursor.TryTakeKeyword("ttl"))
            {
                timeToLive = terms.ParseIntegerOrMarker("TTL");
            }
            else
            {
                throw cursor.Unexpected(timeToLiveAllowed ? "TIMESTAMP or TTL, each once, expected" : "TIMESTAMP, once, expected");
            }
        }
        while (cursor.TryTakeKeyword("and"));
        return new UsingClause(timestamp, timeToLive);
    }
}
