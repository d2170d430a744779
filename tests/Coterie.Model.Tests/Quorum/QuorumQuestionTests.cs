using Coterie.Model.Quorum;

namespace Coterie.Model.Tests.Quorum;

public sealed class QuorumQuestionTests
{
    [Theory]
    [InlineData("3", "4", "2", "R must be from 1 to 3, the number of replicas, not 4")]
    [InlineData("3", "2", "-1", "W must be from 1 to 3, the number of replicas, not -1")]
    [InlineData("3", "2", "0", "W = 0 would acknowledge a write that no replica has; W must be at least 1")]
    [InlineData("3", "0", "2", "R = 0 would answer a read without asking any replica; R must be at least 1")]
    [InlineData("0", "1", "1", "N must be from 1 to 9 in each data centre; dc1 has 0")]
    [InlineData("3,10", "1", "1", "N must be from 1 to 9 in each data centre; dc2 has 10")]
    [InlineData("1,1,1,1,1,1", "1", "1", "there must be from 1 to 5 data centres, not 6")]
    [InlineData("a:1,a:2", "1", "1", "two data centres have the same name")]
    [InlineData("three", "1", "1", "N is a number of replicas, or one for each data centre: 3, or 3,3, or east:3,west:2; not 'three'")]
    [InlineData("<b>:3", "1", "1", "N is a number of replicas, or one for each data centre: 3, or 3,3, or east:3,west:2; not '<b>:3'")]
    [InlineData("3", "ANY", "1", "ANY is a level of writes only: a hint can take a write, but cannot answer a read")]
    [InlineData("3", "SERIAL", "1", "SERIAL is a level of conditional writes and names no number of replicas")]
    [InlineData("1", "1", "TWO", "TWO needs two replicas, and N is 1")]
    [InlineData("2", "1", "three", "THREE needs three replicas, and N is 2")]
    public void What_makes_no_sense_is_said(string replicas, string read, string write, string problem) =>
        Assert.Equal([problem], Problems(new QuorumWords { Replicas = replicas, Read = read, Write = write }));

    [Theory]
    [InlineData("1", "the node availability must be more than 0 and less than 1: nothing is always up")]
    [InlineData("NaN", "the node availability must be a number from 0 to 1, not 'NaN'")]
    [InlineData("99", "the node availability must be a number from 0 to 1, not '99'")]
    public void An_availability_is_a_chance(string text, string problem) => Assert.Equal([problem], Problems(new QuorumWords { NodeAvailability = text }));

    [Theory]
    [InlineData("NaN")]
    [InlineData("Infinity")]
    [InlineData("-1")]
    [InlineData("10001")]
    public void A_delay_between_data_centres_has_limits(string text) =>
        Assert.Equal([$"the delay between data centres must be a number from 0 to 10000, not '{text}'"], Problems(new QuorumWords { RemoteMilliseconds = text }));

    [Theory]
    [InlineData("x", "replicas are numbered from 1 to 3; 'x' is none of them")]
    [InlineData("1,4", "replicas are numbered from 1 to 3; '4' is none of them")]
    public void The_dead_are_replicas(string dead, string problem) => Assert.Equal([problem], Problems(new QuorumWords { Dead = dead }));

    [Fact]
    public void All_problems_are_said_at_once() =>
        Assert.Equal(5, Problems(new QuorumWords { Read = "9", Write = "0", NodeAvailability = "", Model = "fast", ReadFrom = "mars" }).Count);

    [Fact]
    public void A_message_shows_little_of_a_long_text()
    {
        var problem = Assert.Single(Problems(new QuorumWords { Read = new string('\n', 10_000_000) + "x" }));
        Assert.True(problem.Length < 250, problem.Length.ToString(System.Globalization.CultureInfo.InvariantCulture));
        Assert.DoesNotContain('\n', problem);
    }

    [Fact]
    public void What_was_understood_says_the_same_again()
    {
        var words = new QuorumWords
        {
            Replicas = "3,west:2", Read = "LOCAL_QUORUM", Write = "4", ReadFrom = "west", WriteFrom = "dc1", NodeAvailability = "0.95",
            Model = "w=exp(5);ars=1", RemoteMilliseconds = "75", Dead = "1,5",
        };
        Assert.True(QuorumQuestion.TryParse(words, out var question, out _));
        Assert.Equal(words, question!.ToWords());
        Assert.Equal("west/2", question.Layout.NameOf(4));
    }

    private static IReadOnlyList<string> Problems(QuorumWords words)
    {
        Assert.False(QuorumQuestion.TryParse(words, out var question, out var problems));
        Assert.Null(question);
        return problems;
    }
}
