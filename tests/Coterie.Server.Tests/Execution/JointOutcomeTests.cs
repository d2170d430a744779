using Coterie.Coordinator;
using Coterie.Coordinator.Writes;
using Coterie.Server.Execution;

namespace Coterie.Server.Tests.Execution;

public sealed class JointOutcomeTests
{
    private static readonly RequestOutcome Success = new(RequestResult.Success, 2, 2, 0, false);
    private static readonly RequestOutcome Unavailable = new(RequestResult.Unavailable, 2, 1, 0, false);
    private static readonly RequestOutcome Timeout = new(RequestResult.Timeout, 2, 1, 0, false);
    private static readonly RequestOutcome Overloaded = new(RequestResult.Overloaded, 2, 0, 2, false);

    [Fact]
    public void All_well_is_well() => Assert.Equal(Success, Joint(Success, Success));

    [Fact]
    public void A_statement_that_writes_nothing_has_succeeded() => Assert.Equal(RequestResult.Success, Joint().Result);

    [Fact]
    public void Unavailable_is_only_said_when_nothing_was_applied()
    {
        Assert.Equal(Unavailable, Joint(Unavailable, Unavailable));
        var mixed = Timeout with { Answered = 0 };
        Assert.Equal(mixed, Joint(Success, Unavailable));
        Assert.Equal(mixed, Joint(Unavailable, Success));
    }

    [Fact]
    public void A_failure_that_promises_nothing_is_told_as_it_is()
    {
        Assert.Equal(Timeout, Joint(Unavailable, Timeout));
        Assert.Equal(Overloaded, Joint(Success, Overloaded, Timeout));
    }

    private static RequestOutcome Joint(params RequestOutcome[] outcomes) =>
        JointOutcome.Of([.. outcomes.Select(outcome => new WriteOutcome(outcome, null))]).Outcome;
}
