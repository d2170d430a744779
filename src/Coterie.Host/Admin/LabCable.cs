using System.Text.Json;
using Coterie.Host.Network;

namespace Coterie.Host.Admin;

/// <summary>Pulls out the cable to the other nodes, and puts it back in. For labs: off unless the node was started as part of one.</summary>
/// <param name="cable">Null: this node is not part of a lab.</param>
internal sealed class LabCable(PeerCable? cable)
{
    public ValueTask<AdminAnswer> SetAsync(ReadOnlyMemory<byte> body)
    {
        if (cable is null)
        {
            return new(Text(403, "this node is not part of a lab (Lab:Enabled): it is not cut off from the others"));
        }

        CableState? wanted;
        try
        {
            wanted = JsonSerializer.Deserialize(body.Span, RepairJson.Default.CableState);
        }
        catch (JsonException)
        {
            wanted = null;
        }

        if (wanted is not { Out: { } isOut })
        {
            return new(Text(400, "not a state of the cable: that is a JSON object with out, true or false"));
        }

        cable.Set(isOut);
        return new(new AdminAnswer(200, AdminAnswer.Json, JsonSerializer.Serialize(new CableState(cable.IsOut), RepairJson.Default.CableState)));
    }

    private static AdminAnswer Text(int status, string text) => new(status, AdminAnswer.PlainText, $"{text}\n");
}

/// <summary>The body of a POST to <c>/lab/cable</c>, and its answer.</summary>
/// <param name="Out">The node hears nothing of the others, nor they of it.</param>
public sealed record CableState(bool? Out = null);
