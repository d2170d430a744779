using System.Collections.Immutable;

namespace Coterie.Cql.Syntax;

/// <summary>Something that stands for a value.</summary>
internal abstract record Term;

internal enum LiteralKind : byte
{
    Integer,
    Float,
    String,
    Boolean,
    Uuid,
    Hex,
    Duration,
}

/// <summary>A constant, as text: what bytes it becomes depends on the type that it is assigned to.</summary>
internal sealed record LiteralTerm(LiteralKind Kind, string Text) : Term;

internal sealed record NullTerm : Term
{
    public static NullTerm Instance { get; } = new();
}

/// <summary>A <c>?</c> (no name) or <c>:name</c>.</summary>
/// <param name="Index">Its place among all markers of the text, from 0.</param>
internal sealed record MarkerTerm(int Index, string? Name) : Term;

internal sealed record ListTerm(ImmutableArray<Term> Items) : Term;

/// <summary>Items in braces. Without items it is the empty map as well.</summary>
internal sealed record SetTerm(ImmutableArray<Term> Items) : Term;

internal sealed record MapTerm(ImmutableArray<(Term Key, Term Value)> Entries) : Term;

internal sealed record TupleTerm(ImmutableArray<Term> Items) : Term;

internal sealed record FunctionTerm(string Name, ImmutableArray<Term> Arguments) : Term;

/// <summary><c>(type) term</c>.</summary>
internal sealed record TypeHintTerm(TypeSyntax Type, Term Term) : Term;

/// <summary>A type by name, with its parameters.</summary>
internal sealed record TypeSyntax(string Name, ImmutableArray<TypeSyntax> Parameters);
