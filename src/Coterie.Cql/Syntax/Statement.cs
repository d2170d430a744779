using System.Collections.Immutable;
using Coterie.Cql.Plans;

namespace Coterie.Cql.Syntax;

internal abstract record Statement;

/// <summary>A table's name, with its keyspace if that was given.</summary>
internal sealed record TableName(string? Keyspace, string Name);

internal sealed record UseStatement(string Keyspace) : Statement;

/// <summary>INSERT, UPDATE or DELETE: what may stand in a batch.</summary>
internal abstract record ModificationStatement(TableName Table, UsingClause Using) : Statement
{
    /// <summary>The first marker of the text that is the statement's own; not 0 only inside a batch.</summary>
    public int FirstMarker { get; init; }

    public int MarkerCount { get; init; }

    /// <summary>IF …; null: it writes whatever is there.</summary>
    public Condition? Condition { get; init; }
}

internal enum ConditionKind : byte
{
    /// <summary>IF NOT EXISTS</summary>
    NotExists,

    /// <summary>IF EXISTS</summary>
    Exists,

    /// <summary>IF column = … AND …</summary>
    Columns,
}

/// <param name="Columns">Empty unless the kind is <see cref="ConditionKind.Columns"/>.</param>
internal sealed record Condition(ConditionKind Kind, ImmutableArray<ColumnComparison> Columns);

/// <summary>What IF says of one column.</summary>
/// <param name="Key">For an element of a collection; null for the column.</param>
/// <param name="Values">One term; for IN in parentheses all of them (then <paramref name="InList"/> is true), else the marker that stands for the list.</param>
internal sealed record ColumnComparison(string Column, Term? Key, ComparisonOperator Operator, ImmutableArray<Term> Values, bool InList);

internal sealed record UsingClause(Term? Timestamp, Term? TimeToLive)
{
    public static UsingClause None { get; } = new(null, null);
}

internal sealed record InsertStatement(TableName Table, ImmutableArray<(string Column, Term Value)> Values, UsingClause Using)
    : ModificationStatement(Table, Using);

internal sealed record UpdateStatement(TableName Table, UsingClause Using, ImmutableArray<Assignment> Assignments, ImmutableArray<Relation> Where)
    : ModificationStatement(Table, Using);

internal enum AssignmentKind : byte
{
    /// <summary>c = value</summary>
    Set,

    /// <summary>c = c + value</summary>
    Append,

    /// <summary>c = value + c</summary>
    Prepend,

    /// <summary>c = c - value</summary>
    Remove,

    /// <summary>c[key] = value</summary>
    SetElement,
}

internal sealed record Assignment(AssignmentKind Kind, string Column, Term? Key, Term Value);

/// <param name="Selections">What to delete of a row; empty for all of it.</param>
internal sealed record DeleteStatement(TableName Table, ImmutableArray<DeleteSelection> Selections, UsingClause Using, ImmutableArray<Relation> Where)
    : ModificationStatement(Table, Using);

/// <param name="Key">For an element of a collection; null for the column.</param>
internal sealed record DeleteSelection(string Column, Term? Key);

internal sealed record BatchStatement(BatchKind Kind, Term? Timestamp, ImmutableArray<ModificationStatement> Statements, int MarkerCount) : Statement;
