using Coterie.Model.Quorum;
using Coterie.WebConsole.Quorum;

namespace Coterie.WebConsole.Tests.Quorum;

public sealed class QuorumStateTests
{
    [Fact]
    public void Fewer_replicas_take_R_and_W_down_with_them()
    {
        var state = new QuorumState();
        state.SetReplicas(0, 5);
        state.SetRead("4");
        state.SetWrite("ALL");
        state.SetReplicas(0, 2);
        Assert.Equal(("2", 2, "ALL", 2), (state.Question.Read.Text, state.Question.Read.Quorum.Size, state.Question.Write.Text, state.Question.Write.Quorum.Size));
    }

    [Fact]
    public void A_level_stays_a_level_when_N_changes()
    {
        var state = new QuorumState();
        state.SetReplicas(0, 7);
        Assert.Equal((4, "QUORUM"), (state.Question.Read.Quorum.Size, state.Question.Read.Text));
        state.SetRead("THREE");
        state.SetReplicas(0, 1);
        Assert.Equal("1", state.Question.Read.Text);
    }

    [Fact]
    public void A_number_and_its_level_are_in_step()
    {
        var state = new QuorumState();
        state.SetRead("3");
        Assert.Equal(ConsistencyLevel.All, state.Question.Read.CqlLevel);
        state.SetReplicas(0, 5);
        Assert.Equal(ConsistencyLevel.Quorum, state.Question.Read.CqlLevel);
        state.SetRead("4");
        Assert.Null(state.Question.Read.CqlLevel);
    }

    [Fact]
    public void The_dead_keep_their_place_when_another_data_centre_changes()
    {
        var state = QuorumState.FromLink(static key => key switch { "n" => "3,3", "dead" => "3,4,6", _ => null });
        state.SetReplicas(0, 2);
        Assert.Equal(["dc2/1", "dc2/3"], state.Question.Dead.Nodes().Select(state.Question.Layout.NameOf));
        state.SetReplicas(0, 4);
        Assert.Equal(["dc2/1", "dc2/3"], state.Question.Dead.Nodes().Select(state.Question.Layout.NameOf));
        state.RemoveDatacenter();
        Assert.True(state.Question.Dead.IsEmpty);
    }

    [Fact]
    public void A_data_centre_that_is_gone_is_asked_no_more()
    {
        var state = QuorumState.FromLink(static key => key switch { "n" => "3,3", "r" => "LOCAL_QUORUM", "from" => "dc2", _ => null });
        state.RemoveDatacenter();
        Assert.Equal((0, "LOCAL_QUORUM"), (state.Question.Read.Quorum.Datacenter, state.Question.Read.Text));
    }

    [Fact]
    public void There_are_at_most_five_data_centres()
    {
        var state = new QuorumState();
        for (var i = 0; i < 10; i++)
        {
            state.AddDatacenter();
        }

        Assert.Equal(["dc1", "dc2", "dc3", "dc4", "dc5"], state.Question.Layout.Datacenters.Select(static one => one.Name));
    }

    [Fact]
    public void A_data_centre_that_is_added_gets_a_name_of_its_own()
    {
        var state = QuorumState.FromLink(static key => key == "n" ? "dc2:3" : null);
        state.AddDatacenter();
        Assert.Equal(["dc2", "dc1"], state.Question.Layout.Datacenters.Select(static one => one.Name));
    }

    [Fact]
    public void What_makes_no_sense_changes_nothing_and_is_said()
    {
        var state = new QuorumState();
        state.SetModel("fast");
        Assert.Equal(("lnkd-ssd", 1), (state.Question.Delays.Name, state.Problems.Count));
        state.SetModel("ymmr");
        Assert.Equal(("ymmr", 0), (state.Question.Delays.Name, state.Problems.Count));
    }

    [Theory]
    [InlineData("")]
    [InlineData("?r=1")]
    [InlineData("?n=3,3&r=LOCAL_QUORUM&w=EACH_QUORUM&from=dc2&dead=1,6")]
    [InlineData("?n=east:3,west:2&r=4&w=ANY&up=0.999&model=w%3Dexp%285%29%3Bars%3D1&remote=40")]
    public void A_link_restores_what_it_was_made_of(string link)
    {
        var query = Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(link);
        var state = QuorumState.FromLink(key => query.TryGetValue(key, out var value) ? value.ToString() : null);
        Assert.Empty(state.Problems);
        Assert.Equal(link, QuorumQuery.Link(state.Question));
    }

    [Fact]
    public void Every_preset_makes_sense()
    {
        foreach (var preset in QuorumSettings.Presets)
        {
            var state = new QuorumState();
            state.Set(preset.Replicas, preset.Read, preset.Write);
            Assert.Empty(state.Problems);
            Assert.Equal(preset.Read, state.Question.Read.Text);
        }
    }

    [Theory]
    [InlineData(0, "none")]
    [InlineData(1e-9, "less than 1 ms")]
    [InlineData(0.001, "60 ms")]
    [InlineData(0.5, "30 s")]
    [InlineData(13.06, "13.1 min")]
    [InlineData(438, "7.3 h")]
    public void Downtime_has_a_unit_that_fits(double minutes, string text) => Assert.Equal(text, QuorumSettings.Downtime(minutes));
}
