using System.Collections.Immutable;
using Coterie.Cql.Plans;

namespace Coterie.Cql.Syntax;

/// <summary>WHERE: relations joined by AND. What is CQL but would need filtering is refused here by name.</summary>
internal sealed class RelationParser(Cursor cursor, TermParser terms)
{
    private readonly ComparisonParser _comparisons = new(cursor, terms);

    public ImmutableArray<Relation> ParseWhere()
    {
        var relations = ImmutableArray.CreateBuilder<Relation>();
        do
        {
            relations.Add(ParseRelation());
        }
        while (cursor.TryTakeKeyword("and"));
        return relations.DrainToImmutable();
    }

    private Relation ParseRelation()
    {
        if (cursor.IsKeyword("token") && cursor.Peek(1).IsSymbol("("))
        {
            return ParseTokenRelation();
        }

        if (!cursor.IsSymbol("("))
        {
            return ParseColumnRelation();
        }

        if (cursor.Peek(1).Kind is LexemeKind.Identifier or LexemeKind.QuotedIdentifier
            && (cursor.Peek(2).IsSymbol(",") || cursor.Peek(2).IsSymbol(")")))
        {
            return ParseTupleRelation();
        }

        cursor.Enter();
        cursor.ExpectSymbol("(");
        var relation = ParseRelation();
        cursor.ExpectSymbol(")");
        cursor.Leave();
        return relation;
    }

    private Relation ParseTokenRelation()
    {
        cursor.ExpectKeyword("token");
        var columns = ParseColumns();
        var comparison = ParseOperator("token()");
        return comparison == ComparisonOperator.In
            ? throw new CqlInvalidException("IN is not supported on token()")
            : new Relation(RelationTarget.Token, columns, comparison, [terms.ParseValue()], InList: false);
    }

    private Relation ParseTupleRelation()
    {
        var columns = ParseColumns();
        var comparison = ParseOperator($"({string.Join(", ", columns)})");
        return ParseRight(RelationTarget.Tuple, columns, comparison);
    }

    private Relation ParseColumnRelation()
    {
        var column = cursor.TakeName("name of a column");
        if (cursor.IsSymbol("["))
        {
            throw new CqlInvalidException($"Restrictions on an element of a collection ({column}[...]) are not supported");
        }

        return ParseRight(RelationTarget.Column, [column], ParseOperator(column));
    }

    private Relation ParseRight(RelationTarget target, ImmutableArray<string> columns, ComparisonOperator comparison)
    {
        var (values, inList) = _comparisons.ParseRight(comparison);
        return new Relation(target, columns, comparison, values, inList);
    }

    private ImmutableArray<string> ParseColumns()
    {
        cursor.ExpectSymbol("(");
        var columns = ImmutableArray.CreateBuilder<string>();
        do
        {
            columns.Add(cursor.TakeName("name of a column"));
        }
        while (cursor.TryTakeSymbol(","));
        cursor.ExpectSymbol(")");
        return columns.DrainToImmutable();
    }

    private ComparisonOperator ParseOperator(string restricted)
    {
        var current = cursor.Current;
        if (current.IsSymbol("!=") || current.IsKeyword("contains") || current.IsKeyword("like") || current.IsKeyword("is")
            || current.IsKeyword("not") || current.IsKeyword("between"))
        {
            throw new CqlInvalidException(
                $"{current.Text.ToUpperInvariant()} is not supported: the restriction on {restricted} would need filtering or an index");
        }

        return _comparisons.ParseOperator();
    }
}
