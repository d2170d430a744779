namespace Coterie.Cql.Syntax;

internal enum LexemeKind : byte
{
    End = 0,

    /// <summary>A name or keyword without quotes, in lower case.</summary>
    Identifier,

    /// <summary>A name in double quotes, as written. Never a keyword.</summary>
    QuotedIdentifier,
    String,
    Integer,
    Float,
    Uuid,

    /// <summary>A blob: the digits after 0x.</summary>
    Hex,
    Duration,
    Symbol,
}
