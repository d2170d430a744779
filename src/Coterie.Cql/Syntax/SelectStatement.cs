using System.Collections.Immutable;
using Coterie.Cql.Plans;

namespace Coterie.Cql.Syntax;

/// <param name="Selectors">Empty for <c>*</c>.</param>
internal sealed record SelectStatement(
    TableName Table,
    bool Distinct,
    ImmutableArray<Selector> Selectors,
    ImmutableArray<Relation> Where,
    ImmutableArray<(string Column, bool Descending)> OrderBy,
    Term? Limit,
    bool AllowFiltering,
    int MarkerCount) : Statement;

internal abstract record Selector
{
    public string? Alias { get; init; }
}

internal sealed record ColumnSelector(string Column) : Selector;

/// <summary><c>count(*)</c> and <c>count(1)</c>.</summary>
internal sealed record CountSelector : Selector;

/// <summary><c>writetime(c)</c>, <c>ttl(c)</c>, <c>token(k, ...)</c>, <c>count(c)</c>, or any other name, which the binder refuses.</summary>
internal sealed record FunctionSelector(string Name, ImmutableArray<string> Columns) : Selector;

/// <summary>One restriction of WHERE.</summary>
/// <param name="Columns">One column; more in a tuple or in token().</param>
/// <param name="Values">
/// One term; for <see cref="ComparisonOperator.In"/> in parentheses all of them (then <paramref name="InList"/> is true), else the marker
/// that stands for the list.
/// </param>
internal sealed record Relation(
    RelationTarget Target, ImmutableArray<string> Columns, ComparisonOperator Operator, ImmutableArray<Term> Values, bool InList);

internal enum RelationTarget : byte
{
    Column,
    Tuple,
    Token,
}
