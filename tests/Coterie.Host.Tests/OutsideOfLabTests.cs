using System.Net;
using System.Text.Json.Serialization.Metadata;
using Coterie.Host.Admin;

namespace Coterie.Host.Tests;

/// <summary>A node that is not part of a lab.</summary>
public sealed class OutsideOfLabTests
{
    [Fact]
    public Task Replicas_are_not_made_to_differ_outside_of_a_lab() =>
        RefusedAsync("/lab/diverge", new DivergeRequest("shop", "cart", "a", "b", "c"), RepairJson.Default.DivergeRequest, RepairJson.Default.DivergeAnswer);

    [Fact]
    public Task A_node_is_not_cut_off_outside_of_a_lab() =>
        RefusedAsync("/lab/cable", new CableState(Out: true), RepairJson.Default.CableState, RepairJson.Default.CableState);

    private static async Task RefusedAsync<TRequest, TReply>(string path, TRequest request, JsonTypeInfo<TRequest> requestType, JsonTypeInfo<TReply> replyType)
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var cluster = await RealCluster.StartAsync(cancel);
        using var client = new AdminClient(TimeSpan.FromSeconds(30));

        var refusal = await Assert.ThrowsAsync<AdminRefusedException>(() => client.PostAsync(cluster.Admins[0], path, request, requestType, replyType, cancel));

        Assert.Equal((int)HttpStatusCode.Forbidden, refusal.Status);
        Assert.Contains("Lab:Enabled", refusal.Reason, StringComparison.Ordinal);
    }
}
