using System.Net;
using System.Net.Sockets;
using Bunit;
using Coterie.WebConsole.Pages;
using Coterie.WebConsole.Query;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.Extensions.DependencyInjection;

namespace Coterie.WebConsole.Tests.Query;

public sealed class QueryPageTests : BunitContext
{
    public QueryPageTests()
    {
        // A port that nobody listens at: it was free a moment ago.
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        Services.AddSingleton(new ConsoleCluster([new ConsoleNode("node1", (IPEndPoint)free.LocalEndpoint, (IPEndPoint)free.LocalEndpoint)]));
        Services.AddSingleton(TimeProvider.System);
        Services.AddSingleton<ClusterQueries>();
        JSInterop.Setup<int>("coterieQuery.caret", "statement").SetResult(3);
        JSInterop.SetupVoid("coterieQuery.write", _ => true).SetVoidResult();
    }

    [Fact]
    public void Without_a_node_the_page_says_so_and_lives()
    {
        var page = Render<QueryPage>();
        for (var i = 0; i < 2; i++)
        {
            page.Find("#run").Click();
            page.WaitForAssertion(() => Assert.StartsWith("NodeLost No node answers: 127.0.0.1:", page.Find("#problem").TextContent.Trim(), StringComparison.Ordinal));
            page.WaitForAssertion(() => Assert.Equal("Run", page.Find("#run").TextContent));
        }
    }

    [Fact]
    public void A_suggestion_is_chosen_and_taken_by_keyboard()
    {
        var page = Render<QueryPage>();
        page.Find("#statement").Input("sel");
        page.WaitForAssertion(() => Assert.StartsWith("SELECT", page.Find("#suggestion-0").TextContent, StringComparison.Ordinal));
        Assert.False(page.Find("#statement").HasAttribute("aria-activedescendant"));

        page.Find("#statement").KeyDown(new KeyboardEventArgs { Key = "ArrowDown" });
        page.WaitForAssertion(() =>
            Assert.Equal(("suggestion-0", "true"), (page.Find("#statement").GetAttribute("aria-activedescendant"), page.Find("#suggestion-0").GetAttribute("aria-selected"))));
        page.Find("#statement").KeyDown(new KeyboardEventArgs { Key = "Enter" });

        page.WaitForAssertion(() => Assert.Equal("SELECT\n", page.Find(".drawn").TextContent));
        JSInterop.VerifyInvoke("coterieQuery.write");
        Assert.Empty(page.FindAll("#suggestions li"));
        Assert.Equal("SELECT", page.Find(".cql-keyword").TextContent);
    }

    /// <summary>The browser says where the caret is after each key, and may say so after an arrow was pressed.</summary>
    [Fact]
    public void What_an_arrow_chose_stays_chosen_when_the_suggestions_for_a_later_key_come()
    {
        var page = Render<QueryPage>();
        page.Find("#statement").Input("in");
        page.WaitForElement("#suggestion-1");
        var caret = JSInterop.Setup<int>("coterieQuery.caret", "statement");
        page.Find("#statement").Input("ins");
        page.Find("#statement").KeyDown(new KeyboardEventArgs { Key = "ArrowDown" });
        page.Find("#statement").KeyDown(new KeyboardEventArgs { Key = "ArrowDown" });
        var chosen = page.Find("[aria-selected=true]").TextContent;
        Assert.StartsWith("INSERT ", chosen, StringComparison.Ordinal);

        caret.SetResult(3);
        page.WaitForState(() => page.FindAll("#suggestions li").Count == 1);
        Assert.Equal(chosen, page.Find("[aria-selected=true]").TextContent);
        page.Find("#statement").KeyDown(new KeyboardEventArgs { Key = "Enter" });
        page.WaitForAssertion(() => Assert.Equal("INSERT\n", page.Find(".drawn").TextContent));
    }

    [Fact]
    public void What_is_written_is_never_markup()
    {
        var page = Render<QueryPage>();
        page.Find("#statement").Input("<img src=x>");
        Assert.Empty(page.FindAll("img"));
        Assert.Equal("<img src=x>\n", page.Find(".drawn").TextContent);
    }

    [Fact]
    public void The_vote_is_drawn_to_scale()
    {
        var vote = new QueryVote(2,
        [
            new ReplicaVote("1", "127.0.0.1:9042", true, "data", 1_000, 1_700_000_000_000_000, false, false, Leads: true, Behind: 0),
            new ReplicaVote("2", "127.0.0.2:9042", true, "digest", 4_000, 1, true, true, Leads: false, Behind: 3),
            new ReplicaVote("3", "127.0.0.3:9042", false, "none", null, null, false, false),
        ]);
        var picture = Render<VotePicture>(parameters => parameters.Add(static one => one.Vote, vote));

        Assert.Contains("2 of 3 replicas were asked. 2 had to answer before you were, 2 had by then.", picture.Markup, StringComparison.Ordinal);
        Assert.Equal(("75", "300"), (picture.Find(".bar-fresh").GetAttribute("width"), picture.Find(".bar-stale").GetAttribute("width")));
        var replicas = picture.FindAll("li").Select(static one => string.Join(',', one.QuerySelectorAll(".chip").Select(static chip => chip.TextContent))).ToList();
        Assert.Equal(["leads,not behind", "stale,repaired,behind by up to 3", ""], replicas);
        Assert.Contains("2023-11-14 22:13:20.000000", picture.Markup, StringComparison.Ordinal);
        Assert.Contains("not asked", picture.FindAll("li")[2].TextContent, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2, 1, false, "1 of 1 replicas were asked. 2 had to answer before you were, 1 had by then. A hint that was kept for another counted, too.")]
    [InlineData(1, 1, false, "1 of 1 replicas were asked. 1 had to answer before you were, 1 had by then.")]
    [InlineData(1, 3, false, "All of 3 requests to the replicas of a partition or a range, drawn together. Of each 1 had to answer before you were. 1 of 1 nodes were asked, 1 had answered by then.")]
    [InlineData(1, 1, true, "1 of 1 replicas were asked. 1 had to answer before you were, 0 had by then. A hint that was kept for another counted, too.")]
    public void The_vote_says_how_many_had_to_answer_and_of_what(int required, int parts, bool isSilent, string summary)
    {
        var vote = new QueryVote(required, [new ReplicaVote("1", "127.0.0.1:9042", true, "write", isSilent ? null : 1_000, null, false, false)], parts);
        Assert.Equal(summary, Render<VotePicture>(parameters => parameters.Add(static one => one.Vote, vote)).Find("p").TextContent);
    }

    [Fact]
    public void Values_are_text_and_long_ones_are_cut()
    {
        var answer = new QueryAnswer("n", 1, [new QueryColumn("v", "text", false)], [["<b>x</b>"], [new string('y', 600)]], "AAAA", [], null);
        var table = Render<ResultTable>(parameters => parameters.Add(static one => one.Answer, answer).Add(static one => one.Page, 1));
        Assert.Empty(table.FindAll("td b"));
        Assert.EndsWith("y… (600 characters)", table.FindAll("td")[1].TextContent, StringComparison.Ordinal);
        Assert.NotNull(table.Find("#next-page"));
    }
}
