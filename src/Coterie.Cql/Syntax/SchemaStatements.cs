using System.Collections.Immutable;

namespace Coterie.Cql.Syntax;

internal sealed record CreateKeyspaceStatement(string Name, bool IfNotExists, ImmutableArray<OptionSyntax> Options) : Statement;

internal sealed record AlterKeyspaceStatement(string Name, bool IfExists, ImmutableArray<OptionSyntax> Options) : Statement;

internal sealed record DropKeyspaceStatement(string Name, bool IfExists) : Statement;

internal sealed record CreateTableStatement(
    TableName Table,
    bool IfNotExists,
    ImmutableArray<ColumnSyntax> Columns,
    ImmutableArray<string> PartitionKey,
    ImmutableArray<string> Clustering,
    ImmutableArray<(string Column, bool Descending)> Order,
    ImmutableArray<OptionSyntax> Options) : Statement;

internal sealed record ColumnSyntax(string Name, TypeSyntax Type, bool IsStatic);

internal sealed record DropTableStatement(TableName Table, bool IfExists) : Statement;

internal sealed record TruncateStatement(TableName Table) : Statement;

/// <summary>One option of WITH: a constant, or a map of constants.</summary>
/// <param name="Text">The constant as CQL writes it back: strings in quotes.</param>
internal sealed record OptionSyntax(string Name, LiteralTerm? Value, ImmutableArray<(LiteralTerm Key, LiteralTerm Value)> Map, string Text)
{
    public bool IsMap => Value is null;
}
