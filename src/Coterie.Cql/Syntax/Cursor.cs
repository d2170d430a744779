using Coterie.Model;

namespace Coterie.Cql.Syntax;

/// <summary>The parsers' place in the text: a few words of lookahead, the count of markers, the depth of nesting.</summary>
/// <remarks>A stack overflow kills a .NET process, so whatever recurses goes through <see cref="Enter"/> and <see cref="Leave"/>.</remarks>
internal sealed class Cursor(string text)
{
    private const int Lookahead = 3;

    private readonly Lexer _lexer = new(text);
    private readonly Lexeme[] _ahead = new Lexeme[Lookahead];
    private int _aheadCount;
    private int _depth;

    /// <summary>Markers met so far.</summary>
    public int MarkerCount { get; set; }

    public Lexeme Current => Peek(0);

    public Lexeme Peek(int distance)
    {
        while (_aheadCount <= distance)
        {
            _ahead[_aheadCount++] = _lexer.Next();
        }

        return _ahead[distance];
    }

    public Lexeme Take()
    {
        var taken = Peek(0);
        _aheadCount--;
        Array.Copy(_ahead, 1, _ahead, 0, _aheadCount);
        return taken;
    }

    public bool IsKeyword(string keyword) => Current.IsKeyword(keyword);

    public bool IsSymbol(string symbol) => Current.IsSymbol(symbol);

    public bool TryTakeKeyword(string keyword)
    {
        var found = IsKeyword(keyword);
        if (found)
        {
            Take();
        }

        return found;
    }

    public bool TryTakeSymbol(string symbol)
    {
        var found = IsSymbol(symbol);
        if (found)
        {
            Take();
        }

        return found;
    }

    public void ExpectKeyword(string keyword)
    {
        if (!TryTakeKeyword(keyword))
        {
            throw Unexpected($"{keyword.ToUpperInvariant()} expected");
        }
    }

    public void ExpectSymbol(string symbol)
    {
        if (!TryTakeSymbol(symbol))
        {
            throw Unexpected($"'{symbol}' expected");
        }
    }

    /// <summary>A name: quoted, or a word that is not reserved.</summary>
    public string TakeName(string what)
    {
        var current = Current;
        if (current.Kind == LexemeKind.QuotedIdentifier || (current.Kind == LexemeKind.Identifier && !Keywords.IsReserved(current.Text)))
        {
            return Take().Text;
        }

        throw current.Kind == LexemeKind.Identifier
            ? Unexpected($"{what} expected; the reserved word '{current.Text}' must be quoted to be a name")
            : Unexpected($"{what} expected");
    }

    public TableName TakeTableName()
    {
        var first = TakeName("name of a table");
        return TryTakeSymbol(".") ? new TableName(first, TakeName("name of a table")) : new TableName(null, first);
    }

    public void Enter()
    {
        if (++_depth > Limits.NestingMax)
        {
            throw _lexer.Error(Current.Offset, $"nested deeper than {Limits.NestingMax} levels");
        }
    }

    public void Leave() => _depth--;

    public CqlSyntaxException Unexpected(string expectation) => Error($"unexpected {Current.Description}: {expectation}");

    public CqlSyntaxException Error(string message) => _lexer.Error(Current.Offset, message);
}
