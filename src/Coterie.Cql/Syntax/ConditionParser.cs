using System.Collections.Immutable;

namespace Coterie.Cql.Syntax;

/// <summary>IF …: under which condition a statement writes.</summary>
internal sealed class ConditionParser(Cursor cursor, TermParser terms)
{
    private readonly ComparisonParser _comparisons = new(cursor, terms);

    /// <summary>IF NOT EXISTS; null if there is no IF.</summary>
    public Condition? TryParseOfInsert()
    {
        if (!cursor.TryTakeKeyword("if"))
        {
            return null;
        }

        if (!cursor.TryTakeKeyword("not"))
        {
            throw cursor.Unexpected("NOT EXISTS expected: INSERT can have no other condition");
        }

        cursor.ExpectKeyword("exists");
        return new Condition(ConditionKind.NotExists, []);
    }

    /// <summary>What UPDATE and DELETE may have: IF EXISTS, or comparisons of columns. Null if there is no IF.</summary>
    public Condition? TryParse()
    {
        if (!cursor.TryTakeKeyword("if"))
        {
            return null;
        }

        if (cursor.IsKeyword("not"))
        {
            throw cursor.Unexpected("EXISTS or the name of a column expected: only INSERT can have IF NOT EXISTS");
        }

        if (cursor.TryTakeKeyword("exists"))
        {
            return new Condition(ConditionKind.Exists, []);
        }

        var columns = ImmutableArray.CreateBuilder<ColumnComparison>();
        do
        {
            columns.Add(ParseComparison());
        }
        while (cursor.TryTakeKeyword("and"));
        return new Condition(ConditionKind.Columns, columns.DrainToImmutable());
    }

    private ColumnComparison ParseComparison()
    {
        var column = cursor.TakeName("name of a column");
        if (cursor.IsSymbol("."))
        {
            throw new CqlInvalidException($"A condition on a field of a user-defined type ({column}.…) is not supported");
        }

        Term? key = null;
        if (cursor.TryTakeSymbol("["))
        {
            key = terms.ParseValue();
            cursor.ExpectSymbol("]");
        }

        var comparison = _comparisons.ParseOperator();
        var (values, inList) = _comparisons.ParseRight(comparison);
        return new ColumnComparison(column, key, comparison, values, inList);
    }
}
