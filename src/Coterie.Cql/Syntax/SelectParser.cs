using System.Collections.Immutable;

namespace Coterie.Cql.Syntax;

internal sealed class SelectParser(Cursor cursor, TermParser terms, RelationParser relations)
{
    public SelectStatement Parse()
    {
        cursor.ExpectKeyword("select");
        RefuseJson();
        var distinct = cursor.IsKeyword("distinct") && !IsEndOfSelector(cursor.Peek(1));
        if (distinct)
        {
            cursor.Take();
        }

        var selectors = ParseSelectors();
        cursor.ExpectKeyword("from");
        var table = cursor.TakeTableName();
        ImmutableArray<Relation> where = cursor.TryTakeKeyword("where") ? relations.ParseWhere() : [];
        if (cursor.IsKeyword("group"))
        {
            throw new CqlInvalidException("GROUP BY is not supported");
        }

        var orderBy = ParseOrderBy();
        if (cursor.IsKeyword("per"))
        {
            throw new CqlInvalidException("PER PARTITION LIMIT is not supported");
        }

        var limit = cursor.TryTakeKeyword("limit") ? terms.ParseIntegerOrMarker("LIMIT") : null;
        var allowFiltering = cursor.TryTakeKeyword("allow");
        if (allowFiltering)
        {
            cursor.ExpectKeyword("filtering");
        }

        return new SelectStatement(table, distinct, selectors, where, orderBy, limit, allowFiltering, cursor.MarkerCount);
    }

    private void RefuseJson()
    {
        if (cursor.IsKeyword("json") && !IsEndOfSelector(cursor.Peek(1)))
        {
            throw new CqlInvalidException("SELECT JSON is not supported");
        }
    }

    private static bool IsEndOfSelector(Lexeme next) =>
        next.IsSymbol(",") || next.IsSymbol("(") || next.IsKeyword("from") || next.IsKeyword("as") || next.Kind == LexemeKind.End;

    private ImmutableArray<Selector> ParseSelectors()
    {
        if (cursor.TryTakeSymbol("*"))
        {
            return [];
        }

        var selectors = ImmutableArray.CreateBuilder<Selector>();
        do
        {
            var selector = ParseSelector();
            if (cursor.TryTakeKeyword("as"))
            {
                selector = selector with { Alias = cursor.TakeName("alias") };
            }

            selectors.Add(selector);
        }
        while (cursor.TryTakeSymbol(","));
        return selectors.DrainToImmutable();
    }

    private Selector ParseSelector()
    {
        var current = cursor.Current;
        if (current.Kind is not (LexemeKind.Identifier or LexemeKind.QuotedIdentifier))
        {
            throw current.Kind is LexemeKind.End or LexemeKind.Symbol
                ? cursor.Unexpected("column or function expected")
                : new CqlInvalidException($"Constants in the selection ({current.Description}) are not supported");
        }

        if (current.Kind == LexemeKind.Identifier && cursor.Peek(1).IsSymbol("("))
        {
            return ParseFunction(cursor.Take().Text);
        }

        var column = cursor.TakeName("column or function");
        if (cursor.IsSymbol("[") || cursor.IsSymbol("."))
        {
            throw new CqlInvalidException($"Selecting a part of a column ({column}{cursor.Current.Text}...) is not supported");
        }

        terms.RefuseArithmetic();
        return new ColumnSelector(column);
    }

    private Selector ParseFunction(string name)
    {
        cursor.ExpectSymbol("(");
        if (name == "cast")
        {
            throw new CqlInvalidException("CAST is not supported");
        }

        if (name == "count" && (cursor.IsSymbol("*") || cursor.Current is { Kind: LexemeKind.Integer, Text: "1" }))
        {
            cursor.Take();
            cursor.ExpectSymbol(")");
            return new CountSelector();
        }

        var columns = ImmutableArray.CreateBuilder<string>();
        if (cursor.TryTakeSymbol(")"))
        {
            return new FunctionSelector(name, []);
        }

        do
        {
            if (cursor.Current.Kind is not (LexemeKind.Identifier or LexemeKind.QuotedIdentifier) || cursor.Peek(1).IsSymbol("("))
            {
                throw new CqlInvalidException($"{name}() of anything but a column is not supported in the selection");
            }

            columns.Add(cursor.TakeName("name of a column"));
        }
        while (cursor.TryTakeSymbol(","));
        cursor.ExpectSymbol(")");
        return new FunctionSelector(name, columns.DrainToImmutable());
    }

    private ImmutableArray<(string Column, bool Descending)> ParseOrderBy()
    {
        if (!cursor.TryTakeKeyword("order"))
        {
            return [];
        }

        cursor.ExpectKeyword("by");
        var columns = ImmutableArray.CreateBuilder<(string, bool)>();
        do
        {
            var column = cursor.TakeName("name of a column");
            if (cursor.IsKeyword("ann"))
            {
                throw new CqlInvalidException("ORDER BY ... ANN OF is not supported");
            }

            var descending = cursor.TryTakeKeyword("desc");
            if (!descending)
            {
                cursor.TryTakeKeyword("asc");
            }

            columns.Add((column, descending));
        }
        while (cursor.TryTakeSymbol(","));
        return columns.DrainToImmutable();
    }
}
