using Coterie.WebConsole.Query;

namespace Coterie.WebConsole.Tests.Query;

/// <summary>What is drawn behind the statement, and what is suggested for it.</summary>
public sealed class CqlEditorTests
{
    private static readonly SchemaNames Schema = new(new Dictionary<string, IReadOnlyList<string>>
    {
        ["shop.cart"] = ["id", "items"],
        ["shop.orders"] = ["id", "price"],
    });

    [Theory]
    [InlineData("SELECT a FROM b WHERE c = 'it''s' -- done", "Keyword:SELECT Keyword:FROM Keyword:WHERE Text:'it' Text:'s' Comment:-- done")]
    [InlineData("insert into t (k) values (12.5)", "Keyword:insert Keyword:into Keyword:values Number:12.5")]
    [InlineData("/* SELECT */ \"FROM\" $$ x 'y' $$", "Comment:/* SELECT */ Text:$$ x 'y' $$")]
    [InlineData("'never closed SELECT", "Text:'never closed SELECT")]
    public void A_statement_is_taken_apart(string text, string expected)
    {
        var tokens = CqlTokens.Of(text).ToList();
        Assert.Equal(expected, string.Join(' ', tokens.Where(static token => token.Kind != CqlTokenKind.Plain).Select(static token => $"{token.Kind}:{token.Text}")));
    }

    [Theory]
    [InlineData("")]
    [InlineData("$ $$")]
    [InlineData("a-b/c--d\n'\"\u00e9\ud83d\ude00\0")]
    [InlineData("/* /* */ */ 'a\n'' \"")]
    public void Nothing_of_it_is_lost(string text) => Assert.Equal(text, string.Concat(CqlTokens.Of(text).Select(static token => token.Text)));

    [Theory]
    [InlineData("SEL", "SELECT")]
    [InlineData("SELECT * FROM sho", "shop.cart shop.orders")]
    [InlineData("SELECT * FROM shop.c", "shop.cart")]
    [InlineData("SELECT * FROM shop.cart WHERE it", "items")]
    [InlineData("SELECT * FROM shop.cart WHERE pr", "PRIMARY")]
    [InlineData("SELECT * FROM shop.cart WHERE v = 'se", "")]
    [InlineData("SELECT", "")]
    [InlineData("S", "")]
    public void What_has_been_begun_is_completed(string text, string expected) =>
        Assert.Equal(expected, string.Join(' ', Completion.At(text, text.Length, Schema, asked: false).Select(static one => one.Text)));

    [Fact]
    public void Asked_for_there_are_suggestions_without_a_beginning_and_never_too_many() =>
        Assert.Equal(Completion.SuggestionsMax, Completion.At("SELECT ", 7, Schema, asked: true).Count);
}
