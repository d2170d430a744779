using Coterie.Model;

namespace Coterie.Cql.Syntax;

/// <summary>One word of a statement.</summary>
/// <param name="Text">Unescaped, without quotes; what it stands for, not how it was written.</param>
/// <param name="Offset">Where it begins in the statement's text.</param>
internal readonly record struct Lexeme(LexemeKind Kind, string Text, int Offset)
{
    public bool IsSymbol(string symbol) => Kind == LexemeKind.Symbol && string.Equals(Text, symbol, StringComparison.Ordinal);

    public bool IsKeyword(string keyword) => Kind == LexemeKind.Identifier && string.Equals(Text, keyword, StringComparison.Ordinal);

    /// <summary>As it is named in an error message.</summary>
    public string Description => Kind switch
    {
        LexemeKind.End => "end of statement",
        LexemeKind.String => "string literal",
        _ => $"'{Quoted.Of(Text)}'",
    };
}
