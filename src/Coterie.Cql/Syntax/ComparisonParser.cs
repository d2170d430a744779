using System.Collections.Immutable;
using Coterie.Cql.Plans;

namespace Coterie.Cql.Syntax;

/// <summary>What WHERE and IF share: an operator, and what stands to the right of it.</summary>
internal sealed class ComparisonParser(Cursor cursor, TermParser terms)
{
    public ComparisonOperator ParseOperator()
    {
        var current = cursor.Current;
        ComparisonOperator? found = current.Kind is not (LexemeKind.Symbol or LexemeKind.Identifier) ? null : current.Text switch
        {
            "=" => ComparisonOperator.Equal,
            "!=" => ComparisonOperator.NotEqual,
            "<" => ComparisonOperator.Less,
            "<=" => ComparisonOperator.LessOrEqual,
            ">" => ComparisonOperator.Greater,
            ">=" => ComparisonOperator.GreaterOrEqual,
            "in" => ComparisonOperator.In,
            _ => null,
        };
        if (found is null)
        {
            throw cursor.Unexpected("operator expected");
        }

        cursor.Take();
        return found.Value;
    }

    /// <returns>One term; for IN in parentheses all of them, and true; for another IN the marker that stands for the list.</returns>
    public (ImmutableArray<Term> Values, bool InList) ParseRight(ComparisonOperator comparison)
    {
        if (comparison != ComparisonOperator.In)
        {
            return ([terms.ParseValue()], false);
        }

        if (cursor.TryTakeSymbol("("))
        {
            return (terms.ParseList(")"), true);
        }

        return cursor.IsSymbol("?") || cursor.IsSymbol(":")
            ? ([terms.ParseTerm()], false)
            : throw cursor.Unexpected("list in parentheses or bind marker expected after IN");
    }
}
